import { bytesToHex, type Hex, hexToBytes, padLeft } from "@pangaea/primitives";
import { encodeCall } from "./abi.ts";

/** Calldata of what SystemConfig's owner may change. Gas in gas, fees in wei; scalars as the contract keeps them. Source: specs `protocol/system-config.md`. */
export const systemConfigCalls = {
  setBatcher: (batcher: Hex): Uint8Array => encodeCall("setBatcherHash(bytes32)", [bytesToHex(padLeft(hexToBytes(batcher, 20), 32))]),
  setGasConfig: (overhead: bigint, scalar: bigint): Uint8Array => encodeCall("setGasConfig(uint256,uint256)", [overhead, scalar]),
  setGasConfigEcotone: (baseFeeScalar: number, blobBaseFeeScalar: number): Uint8Array => encodeCall("setGasConfigEcotone(uint32,uint32)", [baseFeeScalar, blobBaseFeeScalar]),
  setGasLimit: (gasLimit: number): Uint8Array => encodeCall("setGasLimit(uint64)", [gasLimit]),
  setUnsafeBlockSigner: (signer: Hex): Uint8Array => encodeCall("setUnsafeBlockSigner(address)", [signer]),
  setEip1559Params: (denominator: number, elasticity: number): Uint8Array => encodeCall("setEIP1559Params(uint32,uint32)", [denominator, elasticity]),
  setOperatorFeeScalars: (scalar: number, constant: bigint): Uint8Array => encodeCall("setOperatorFeeScalars(uint32,uint64)", [scalar, constant]),
  setMinBaseFee: (minBaseFee: bigint): Uint8Array => encodeCall("setMinBaseFee(uint64)", [minBaseFee]),
  setDaFootprintGasScalar: (scalar: number): Uint8Array => encodeCall("setDAFootprintGasScalar(uint16)", [scalar]),
} as const;
