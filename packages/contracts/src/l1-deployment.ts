import { MULTICALL3_ADDRESS } from "@pangaea/config";
import { createAddress } from "@pangaea/evm";
import { concatBytes, type Hex, hexToBytes } from "@pangaea/primitives";
import { abiEncode } from "./abi.ts";
import { Multicall3, OptimismPortal, SystemConfig } from "./generated/index.ts";

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
}

/** Codes that clients expect at fixed addresses of an L1; a local one gets them by its node's own means, a public one has them. */
export const L1_PREINSTALLS: Readonly<Record<Hex, Uint8Array>> = { [MULTICALL3_ADDRESS]: hexToBytes(Multicall3.deployedBytecode) };

/** The deployment of a chain's SystemConfig and OptimismPortal; each holds the other's address, which follows from the deployer's nonces. */
export function l1Deployment(input: L1DeploymentInput): L1Deployment {
  const systemConfig = createAddress(input.deployer, input.nonce);
  const optimismPortal = createAddress(input.deployer, input.nonce + 1);
  const config = abiEncode([input.owner, input.batcher, input.baseFeeScalar, input.blobBaseFeeScalar, input.gasLimit, input.unsafeBlockSigner, input.batchInbox, input.l2ChainId, optimismPortal]);
  return {
    systemConfig,
    optimismPortal,
    steps: [
      { data: concatBytes(hexToBytes(SystemConfig.bytecode), config) },
      { data: concatBytes(hexToBytes(OptimismPortal.bytecode), abiEncode([systemConfig])) },
    ],
  };
}
