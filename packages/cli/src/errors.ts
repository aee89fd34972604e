import { errorMessage } from "@pangaea/primitives";
import { UsageError } from "./command-line.ts";

/** Prints an error as one clear line, without a stack, and gives the exit code: 2 for a wrong call, 1 otherwise. */
export function reportError(error: unknown, write: (line: string) => void): number {
  write(`pangaea: ${errorMessage(error)}`);
  return error instanceof UsageError ? 2 : 1;
}
