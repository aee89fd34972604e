import type { Target } from "./target.ts";
import { FILE_TARGETS } from "./targets/files.ts";
import { GOSSIP_TARGETS } from "./targets/gossip.ts";
import { INSPECT_TARGETS } from "./targets/inspect.ts";
import { INTEROP_TARGETS } from "./targets/interop.ts";
import { L1_TARGETS } from "./targets/l1.ts";
import { ROLLUP_DATA_TARGETS } from "./targets/rollup-data.ts";
import { RPC_TARGETS } from "./targets/rpc.ts";
import { STATE_TARGETS } from "./targets/state.ts";

/** Every parser of data from outside. */
export const TARGETS: readonly Target[] = [
  ...ROLLUP_DATA_TARGETS, ...L1_TARGETS, ...RPC_TARGETS, ...GOSSIP_TARGETS, ...INTEROP_TARGETS, ...STATE_TARGETS, ...FILE_TARGETS, ...INSPECT_TARGETS,
];
