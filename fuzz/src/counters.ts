/** Name of the global that holds an instrumented bundle's counters: a byte for each place that can be reached. */
export const COUNTERS = "__pangaeaCounters";
