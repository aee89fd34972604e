import { MULTICALL3_ADDRESS } from "@pangaea/config";
import { createAddress } from "@pangaea/evm";
import { concatBytes, type Hex, hexToBytes } from "@pangaea/primitives";
import { abiEncode } from "./abi.ts";
import { DataAvailabilityChallenge, Multicall3, OptimismPortal, SystemConfig } from "./generated/index.ts";

export interface L1DeploymentInput {
  readonly deployer: Hex;
  /** The deployer's next nonce. */
  readonly nonce: number;
  readonly owner: Hex;
  readonly batcher: Hex;
  readonly unsafeBlockSigner: Hex;
  readonly batchInbox: Hex;
  readonly l2ChainId: number;
  readonly gasLimit: number;
  readonly baseFeeScalar: number;
  readonly blobBaseFeeScalar: number;
  /** Gives the chain a contract in which the inputs of its commitments can be challenged. Windows in L1 blocks. */
  readonly challenges?: { readonly challengeWindow: number; readonly resolveWindow: number };
}

/** A transaction of the deployer that creates a contract. */
export interface L1DeploymentStep {
  readonly data: Uint8Array;
}

/** What puts one chain's contracts onto L1: transactions of the deployer in order, and the addresses that they give. */
export interface L1Deployment {
  readonly steps: readonly L1DeploymentStep[];
  readonly systemConfig: Hex;
  readonly optimismPortal: Hex;
  readonly dataAvailabilityChallenge?: Hex;
}

/** What a challenge locks, in wei, and the share of what its answer costs that is given back, in percent. */
const CHALLENGE_BOND = 10n ** 16n;
const RESOLVER_REFUND = 50;

/** Codes that clients expect at fixed addresses of an L1; a local one gets them by its node's own means, a public one has them. */
export const L1_PREINSTALLS: Readonly<Record<Hex, Uint8Array>> = { [MULTICALL3_ADDRESS]: hexToBytes(Multicall3.deployedBytecode) };

/** The deployment of a chain's SystemConfig and OptimismPortal, and its DataAvailabilityChallenge where it wants one; each of the first two holds the other's address, which follows from the deployer's nonces. */
export function l1Deployment(input: L1DeploymentInput): L1Deployment {
  const systemConfig = createAddress(input.deployer, input.nonce);
  const optimismPortal = createAddress(input.deployer, input.nonce + 1);
  const config = abiEncode([input.owner, input.batcher, input.baseFeeScalar, input.blobBaseFeeScalar, input.gasLimit, input.unsafeBlockSigner, input.batchInbox, input.l2ChainId, optimismPortal]);
  const { challenges } = input;
  return {
    systemConfig,
    optimismPortal,
    ...(challenges === undefined ? {} : { dataAvailabilityChallenge: createAddress(input.deployer, input.nonce + 2) }),
    steps: [
      { data: concatBytes(hexToBytes(SystemConfig.bytecode), config) },
      { data: concatBytes(hexToBytes(OptimismPortal.bytecode), abiEncode([systemConfig])) },
      ...(challenges === undefined ? [] : [{ data: concatBytes(hexToBytes(DataAvailabilityChallenge.bytecode), abiEncode([input.owner, challenges.challengeWindow, challenges.resolveWindow, CHALLENGE_BOND, RESOLVER_REFUND])) }]),
    ],
  };
}
