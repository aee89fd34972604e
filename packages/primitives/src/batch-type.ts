/** First byte of a batch: what follows. */
export const SINGULAR_BATCH_TYPE = 0;
export const SPAN_BATCH_TYPE = 1;
