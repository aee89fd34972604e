import { bigIntToBytes, bytesEqual, bytesToHex, concatBytes, EMPTY_BYTES, type Hex, hexToBytes, keccak256, rlpEncode, rlpInteger } from "@pangaea/primitives";
import { Frame } from "./frame.ts";
import { DELEGATION_PREFIX, GAS, MAX_CODE_SIZE } from "./gas.ts";
import { Halt, INVALID_OPCODE, OUT_OF_GAS } from "./halt.ts";
import { operationsOf } from "./opcodes/index.ts";
import type { OperationTable } from "./opcodes/table.ts";
import type { EvmRules } from "./rules.ts";
import type { WorldState } from "./state/world-state.ts";
import type { Tracer } from "./tracer.ts";

/** The block that code runs in. Fees in wei, time in Unix seconds. */
export interface BlockContext {
  readonly number: number;
  readonly timestamp: number;
  readonly coinbase: Hex;
  readonly gasLimit: number;
  readonly baseFee: bigint;
  readonly blobBaseFee: bigint;
  readonly prevRandao: Hex;
  readonly chainId: number;
  blockHash(number: number): Hex | undefined;
}

export interface TransactionContext {
  readonly origin: Hex;
  readonly gasPrice: bigint;
  readonly blobHashes: readonly Hex[];
}

export interface CallInput {
  readonly type: "CALL" | "CALLCODE" | "DELEGATECALL" | "STATICCALL";
  readonly codeAddress: Hex;
  readonly address: Hex;
  readonly caller: Hex;
  readonly value: bigint;
  readonly transfersValue: boolean;
  readonly data: Uint8Array;
  readonly gas: number;
  readonly isStatic: boolean;
  readonly depth: number;
}

export interface CreateInput {
  readonly type: "CREATE" | "CREATE2";
  readonly caller: Hex;
  /** The caller's nonce before it was raised for this creation. */
  readonly nonce: number;
  readonly salt: bigint | undefined;
  readonly value: bigint;
  readonly initcode: Uint8Array;
  readonly gas: number;
  readonly depth: number;
}

export interface CallResult {
  readonly success: boolean;
  readonly reverted: boolean;
  readonly gasLeft: number;
  readonly output: Uint8Array;
  /** Why it failed; undefined when it did not. */
  readonly error: string | undefined;
}

/** The address of a contract made with CREATE: by its maker and the maker's nonce. */
export function createAddress(caller: Hex, nonce: number): Hex {
  return bytesToHex(keccak256(rlpEncode([hexToBytes(caller), rlpInteger(nonce)])).subarray(12));
}

/** The address of a contract made with CREATE2. Source: EIP-1014. */
export function create2Address(caller: Hex, salt: bigint, initcode: Uint8Array): Hex {
  return bytesToHex(keccak256(concatBytes(Uint8Array.of(0xff), hexToBytes(caller), bigIntToBytes(salt, 32), keccak256(initcode))).subarray(12));
}

/**
 * A synchronous EVM over a world state: one block, one transaction at a time. It charges for what code does; intrinsic gas,
 * fees and nonces of the sender are its caller's.
 */
export class Evm {
  readonly state: WorldState;
  readonly block: BlockContext;
  readonly rules: EvmRules;
  /** May change between transactions. */
  tracer: Tracer | undefined;
  readonly #operations: OperationTable;
  transaction: TransactionContext = { origin: `0x${"00".repeat(20)}`, gasPrice: 0n, blobHashes: [] };

  constructor({ state, block, rules, tracer }: { readonly state: WorldState; readonly block: BlockContext; readonly rules: EvmRules; readonly tracer?: Tracer | undefined }) {
    this.state = state;
    this.block = block;
    this.rules = rules;
    this.tracer = tracer;
    this.#operations = operationsOf(rules.fork, rules.has);
  }

  /** The account whose code runs for another that has delegated to it (EIP-7702). */
  delegateOf(address: Hex): Hex | undefined {
    if (!this.rules.has.prague) return undefined;
    const code = this.state.code(address);
    return code.length === 23 && bytesEqual(code.subarray(0, 3), DELEGATION_PREFIX) ? bytesToHex(code.subarray(3)) : undefined;
  }

  call(input: CallInput): CallResult {
    this.tracer?.onEnter?.({ type: input.type, from: input.caller, to: input.codeAddress, value: input.value, gas: input.gas, input: input.data, depth: input.depth });
    const result = this.#call(input);
    this.tracer?.onExit?.({ gasUsed: input.gas - result.gasLeft, output: result.output, error: result.error, depth: input.depth });
    return result;
  }

  #call(input: CallInput): CallResult {
    const { state } = this;
    const checkpoint = state.checkpoint();
    if (input.transfersValue) this.#transfer(input.caller, input.address, input.value);
    else if (input.type === "STATICCALL") state.touchExisting(input.address);
    const precompile = this.rules.precompiles.get(input.codeAddress);
    if (precompile !== undefined) return this.#precompile(precompile, input, checkpoint);
    const code = state.code(this.delegateOf(input.codeAddress) ?? input.codeAddress);
    if (code.length === 0) return { success: true, reverted: false, gasLeft: input.gas, output: EMPTY_BYTES, error: undefined };
    return this.#run(new Frame({ ...input, evm: this, code }), checkpoint);
  }

  #precompile(precompile: (data: Uint8Array) => { readonly gas: number; run(): Uint8Array | undefined }, input: CallInput, checkpoint: number): CallResult {
    const { gas, run } = precompile(input.data);
    const output = gas > input.gas ? undefined : run();
    if (output !== undefined) return { success: true, reverted: false, gasLeft: input.gas - gas, output, error: undefined };
    this.state.revertTo(checkpoint);
    return { success: false, reverted: false, gasLeft: 0, output: EMPTY_BYTES, error: gas > input.gas ? "out of gas" : "precompile failed" };
  }

  create(input: CreateInput): CallResult & { readonly address: Hex } {
    const address = input.salt === undefined ? createAddress(input.caller, input.nonce) : create2Address(input.caller, input.salt, input.initcode);
    this.tracer?.onEnter?.({ type: input.type, from: input.caller, to: address, value: input.value, gas: input.gas, input: input.initcode, depth: input.depth });
    const result = this.#create(input, address);
    this.tracer?.onExit?.({ gasUsed: input.gas - result.gasLeft, output: result.output, error: result.error, depth: input.depth });
    return { ...result, address };
  }

  #create(input: CreateInput, address: Hex): CallResult {
    const { state } = this;
    state.warmAddress(address);
    if (state.nonce(address) !== 0 || state.code(address).length > 0 || state.hasStorage(address)) {
      return { success: false, reverted: false, gasLeft: 0, output: EMPTY_BYTES, error: "contract address collision" };
    }
    const checkpoint = state.checkpoint();
    state.createContract(address);
    state.setNonce(address, 1);
    this.#transfer(input.caller, address, input.value);
    const frame = new Frame({ evm: this, code: input.initcode, address, caller: input.caller, value: input.value, data: EMPTY_BYTES, gas: input.gas, isStatic: false, depth: input.depth });
    const result = this.#run(frame, checkpoint);
    if (!result.success) return result;
    const problem = this.#deploy(address, result);
    if (problem === undefined) return { ...result, gasLeft: result.gasLeft - GAS.codeByte * result.output.length };
    state.revertTo(checkpoint);
    return { success: false, reverted: false, gasLeft: 0, output: EMPTY_BYTES, error: problem };
  }

  /** Puts a creation's output in place as code; why it cannot be, if so. */
  #deploy(address: Hex, { output, gasLeft }: CallResult): string | undefined {
    if (output.length > MAX_CODE_SIZE) return "max code size exceeded";
    if (output[0] === 0xef) return "invalid code: must not begin with 0xef";
    if (gasLeft < GAS.codeByte * output.length) return "out of gas";
    this.state.setCode(address, output);
    return undefined;
  }

  #transfer(from: Hex, to: Hex, value: bigint): void {
    if (value !== 0n) this.state.setBalance(from, this.state.balance(from) - value);
    this.state.addBalance(to, value);
  }

  #run(frame: Frame, checkpoint: number): CallResult {
    try {
      if (this.tracer?.onStep === undefined) this.#loop(frame);
      else this.#tracedLoop(frame, this.tracer.onStep.bind(this.tracer));
    } catch (error) {
      if (!(error instanceof Halt)) throw error;
      this.state.revertTo(checkpoint);
      return { success: false, reverted: false, gasLeft: 0, output: EMPTY_BYTES, error: error.reason };
    }
    if (frame.status === "stopped") return { success: true, reverted: false, gasLeft: frame.gas, output: frame.output, error: undefined };
    this.state.revertTo(checkpoint);
    return { success: false, reverted: true, gasLeft: frame.gas, output: frame.output, error: "execution reverted" };
  }

  #loop(frame: Frame): void {
    const { code } = frame;
    const operations = this.#operations;
    while (frame.status === "running") {
      const operation = operations[frame.pc < code.length ? code[frame.pc]! : 0];
      if (operation === undefined) throw INVALID_OPCODE;
      if (frame.gas < operation.gas) throw OUT_OF_GAS;
      frame.gas -= operation.gas;
      frame.pc++;
      operation.run(frame);
    }
  }

  #tracedLoop(frame: Frame, onStep: NonNullable<Tracer["onStep"]>): void {
    while (frame.status === "running") {
      const opcode = frame.pc < frame.code.length ? frame.code[frame.pc]! : 0;
      const operation = this.#operations[opcode];
      onStep(frame, opcode, operation?.gas ?? 0);
      if (operation === undefined) throw INVALID_OPCODE;
      frame.useGas(operation.gas);
      frame.pc++;
      operation.run(frame);
    }
  }

  /** The name of an opcode under these rules. */
  opcodeName(opcode: number): string {
    return this.#operations[opcode]?.name ?? `opcode 0x${opcode.toString(16)}`;
  }
}
