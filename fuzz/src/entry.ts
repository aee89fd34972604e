export { explore } from "./explore.ts";
export { TARGETS } from "./targets.ts";
