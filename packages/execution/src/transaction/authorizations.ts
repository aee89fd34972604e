import { DELEGATION_PREFIX, GAS, type WorldState } from "@pangaea/evm";
import { type Authorization, bytesEqual, concatBytes, hexToBytes, type Hex, InvalidInputError, keccak256, recoverSigner, rlpEncode, rlpInteger, ZERO_ADDRESS } from "@pangaea/primitives";

const MAGIC = Uint8Array.of(0x05);
const MAX_NONCE = 2n ** 64n - 1n;

function authority(authorization: Authorization): Hex | undefined {
  const message = concatBytes(MAGIC, rlpEncode([rlpInteger(authorization.chainId), hexToBytes(authorization.address), rlpInteger(authorization.nonce)]));
  try {
    return recoverSigner(keccak256(message), authorization);
  } catch (error) {
    if (error instanceof InvalidInputError) return undefined;
    throw error;
  }
}

/** Sets the delegations that a set-code transaction carries; one that does not hold is passed over. Source: EIP-7702. */
export function applyAuthorizations(state: WorldState, authorizations: readonly Authorization[], chainId: number): void {
  for (const authorization of authorizations) {
    if (authorization.chainId !== 0n && authorization.chainId !== BigInt(chainId)) continue;
    if (authorization.nonce >= MAX_NONCE) continue;
    const address = authority(authorization);
    if (address === undefined) continue;
    state.warmAddress(address);
    const code = state.code(address);
    if (code.length > 0 && !bytesEqual(code.subarray(0, 3), DELEGATION_PREFIX)) continue;
    if (BigInt(state.nonce(address)) !== authorization.nonce) continue;
    if (state.exists(address)) state.addRefund(GAS.authorization - GAS.authorizationBase);
    state.setCode(address, authorization.address === ZERO_ADDRESS ? new Uint8Array(0) : concatBytes(DELEGATION_PREFIX, hexToBytes(authorization.address)));
    state.setNonce(address, state.nonce(address) + 1);
  }
}
