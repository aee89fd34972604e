import type { Frame } from "../frame.ts";

/** Carries out one opcode. Its base gas has been charged; `frame.pc` stands after the opcode byte. */
export type Handler = (frame: Frame) => void;

export interface Operation {
  readonly name: string;
  readonly gas: number;
  readonly run: Handler;
}

export type OperationTable = (Operation | undefined)[];

export const operation = (name: string, gas: number, run: Handler): Operation => ({ name, gas, run });
