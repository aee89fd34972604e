export { type Anvil, type AnvilOptions, startAnvil } from "./anvil/anvil.ts";
export { BeaconClient } from "./beacon-client.ts";
export { BeaconEndpoint, type BeaconEndpointOptions } from "./beacon-endpoint/beacon-endpoint.ts";
export type { BeaconFaults } from "./beacon-endpoint/faults.ts";
export { Endpoints, type EndpointsOptions, type L1Rpc } from "./endpoints.ts";
export { type BlobCommitment, type BlobProof, KzgService } from "./kzg/kzg-service.ts";
export { L1Client } from "./l1-client.ts";
export { type L1Block, parseL1Block, parseL1Receipts, parseL1Transaction } from "./l1-json.ts";
export { L1Watcher, type L1WatcherModules } from "./l1-watcher.ts";
