/** Why a frame stopped without a result: all its gas is gone. */
export type HaltReason =
  | "out of gas" | "stack underflow" | "stack overflow" | "invalid opcode" | "invalid jump destination" | "write protection" | "return data out of bounds"
  | "max initcode size exceeded" | "max code size exceeded" | "invalid code: must not begin with 0xef" | "contract address collision" | "nonce overflow" | "precompile failed";

/** Thrown inside the interpreter and caught at the frame's border. It carries no stack trace: halts are ordinary. */
export class Halt {
  readonly reason: HaltReason;
  constructor(reason: HaltReason) {
    this.reason = reason;
  }
}

export const OUT_OF_GAS = new Halt("out of gas");
export const STACK_UNDERFLOW = new Halt("stack underflow");
export const STACK_OVERFLOW = new Halt("stack overflow");
export const INVALID_OPCODE = new Halt("invalid opcode");
export const INVALID_JUMP = new Halt("invalid jump destination");
export const WRITE_PROTECTION = new Halt("write protection");
export const RETURN_DATA_BOUNDS = new Halt("return data out of bounds");
