// Compiled from solidity/l2/L2ToL1MessagePasser.sol by solc 0.8.37+commit.f401782d.Emscripten.clang; made by "npm run contracts".
export const Burner = {
  abi: [{"inputs":[],"stateMutability":"payable","type":"constructor"}],
  bytecode: "0x608060405230fffe",
  deployedBytecode: "0x60806040525f5ffd",
} as const;
