import { CriticalError, EngineError, EngineErrorCode, InvalidBlockError, ResetError, TemporaryError } from "@pangaea/primitives";

/**
 * Says of a refusal by the execution layer what to do: an inconsistent forkchoice resets, attributes that do not hold make the block
 * invalid, a fork that it does not know stops the chain, anything else may pass. What is not a refusal comes back as it is.
 * Source: op-node `engine_controller.go`, its classes of insertion errors.
 */
export function classify(error: unknown): unknown {
  if (!(error instanceof EngineError)) return error;
  switch (error.code) {
    case EngineErrorCode.invalidForkchoice:
      return new ResetError(`the execution layer refuses the forkchoice: ${error.message}`);
    case EngineErrorCode.invalidAttributes:
      return new InvalidBlockError(error.message);
    case EngineErrorCode.unsupportedFork:
      return new CriticalError(`the execution layer does not serve this fork: ${error.message}; give it the fork times of rollup.json, or a version that knows them`);
    default:
      return new TemporaryError(error.message);
  }
}
