import type { Logger } from "@pangaea/primitives";
import type { MessageFilter } from "./pool/message-filter.ts";
import type { ExecutionServiceOptions } from "./service.ts";

/** What the worker of an execution layer is given. `messageFilter`, `log`: whether the starting thread has one. */
export interface ExecutionWorkerInput {
  readonly options: ExecutionServiceOptions;
  readonly messageFilter: boolean;
  readonly log: boolean;
}

/** What the worker of an execution layer may call of the thread that started it. */
export type ExecutionHost = { readonly checkMessages: MessageFilter["check"] };

type Level = "debug" | "info" | "warn" | "error";
type Fields = Readonly<Record<string, unknown>>;

const LOG_EVENT = "log";

interface LogEvent {
  readonly level: Level;
  readonly message: string;
  readonly fields: Fields;
}

/** A logger whose lines are events for the starting thread. Fields must be clonable. */
export function emittingLogger(emit: (event: string, data: unknown) => void, bound: Fields = {}): Logger {
  const line = (level: Level) => (message: string, fields: Fields = {}) => emit(LOG_EVENT, { level, message, fields: { ...bound, ...fields } } satisfies LogEvent);
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error"), child: (fields) => emittingLogger(emit, { ...bound, ...fields }) };
}

/** Writes the lines that a worker's `emittingLogger` sends. */
export function writeLogEvents(log: Logger): (event: string, data: unknown) => void {
  return (event, data) => {
    if (event !== LOG_EVENT) return;
    const { level, message, fields } = data as LogEvent;
    log[level](message, fields);
  };
}
