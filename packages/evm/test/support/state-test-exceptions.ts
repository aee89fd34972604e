const NONCE = "reaches an account whose nonce is above 2^53, which a number cannot hold";
const BURNT = "burns a share of a gas limit above 2^53, which a number cannot hold";

/** Cases that cannot run, by folder, file and index (none: all of the file), each with its reason. */
export const SKIPPED: Readonly<Record<string, string>> = {
  "stCreate2/CREATE2_HighNonce": NONCE,
  "stCreate2/CREATE2_HighNonceDelegatecall": NONCE,
  "stCreate2/CREATE2_HighNonceMinus1": NONCE,
  "stCreateTest/CREATE_HighNonce": NONCE,
  "stCreateTest/CREATE_HighNonceMinus1": NONCE,
  "stCreateTest/CreateAddressWarmAfterFail 16": NONCE,
  "stCreateTest/CreateAddressWarmAfterFail 17": NONCE,
  "stRandom/randomStatetest384": "stores the block's gas limit, which is above 2^53",
  "stStaticCall/static_LoopCallsDepthThenRevert2": BURNT,
  "stStaticCall/static_LoopCallsDepthThenRevert3": BURNT,
};

/** Cases that take long and run only when everything is asked for, each with what it does. */
export const SLOW: Readonly<Record<string, string>> = {
  "VMTests/vmPerformance/loopMul": "multiplies for a minute",
  "stTimeConsuming/CALLBlake2f_MaxRounds": "2^32 rounds of BLAKE2b: a quarter of an hour",
};
