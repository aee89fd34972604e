/** Gas costs that are not a single opcode's base cost. Sources: yellow paper appendix G; EIP-2929, 3529, 3860, 2028, 7623, 7702. */
export const GAS = {
  memoryWord: 3, quadDivisor: 512, copyWord: 3, keccakWord: 6, expByte: 50,
  coldAccount: 2_600, coldSlot: 2_100, warmAccess: 100,
  storeSet: 20_000, storeReset: 2_900, storeStipend: 2_300, storeClearRefund: 4_800,
  callValue: 9_000, callStipend: 2_300, newAccount: 25_000,
  create: 32_000, codeByte: 200, initcodeWord: 2, selfDestruct: 5_000,
  log: 375, logTopic: 375, logByte: 8,
  transaction: 21_000, dataZero: 4, dataNonZero: 16, floorToken: 10, accessAddress: 2_400, accessSlot: 1_900,
  authorization: 25_000, authorizationBase: 12_500,
} as const;

export const MAX_CODE_SIZE = 24_576;
export const MAX_INITCODE_SIZE = 49_152;
export const MAX_CALL_DEPTH = 1_024;
export const MAX_STACK = 1_024;
/** Prefix of the code of an account that delegates to another (EIP-7702). */
export const DELEGATION_PREFIX = Uint8Array.of(0xef, 0x01, 0x00);
