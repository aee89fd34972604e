import { InvalidInputError, type Logger } from "@pangaea/primitives";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What op-service's names beside ours mean here. */
const FOREIGN_LEVELS: Readonly<Record<string, LogLevel>> = { trace: "debug", crit: "error" };

/** The least level of what is logged; it may be changed while the program runs. */
export class LogThreshold {
  #least: LogLevel;

  constructor(least: LogLevel) {
    this.#least = least;
  }

  passes(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(this.#least);
  }

  /** Takes op-service's names, in any case. Throws `InvalidInputError`. */
  set(name: string): void {
    const wanted = name.toLowerCase();
    const level = FOREIGN_LEVELS[wanted] ?? LOG_LEVELS.find((one) => one === wanted);
    if (level === undefined) throw new InvalidInputError(`there is no log level "${name.slice(0, 20)}"; the levels are ${LOG_LEVELS.join(", ")}`);
    this.#least = level;
  }
}

/** A logger of one line an event: time, level, message, then the fields as key=value. Lines go to `write`. */
export function createLineLogger(threshold: LogThreshold, write: (line: string) => void, now: () => Date = () => new Date(), base: Readonly<Record<string, unknown>> = {}): Logger {
  const log = (level: LogLevel) => (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
    if (!threshold.passes(level)) return;
    const pairs = Object.entries({ ...base, ...fields }).map(([key, value]) => `${key}=${formatValue(value)}`);
    write([now().toISOString().slice(11, 23), level.toUpperCase().padEnd(5), message, ...pairs].join(" "));
  };
  return {
    debug: log("debug"),
    info: log("info"),
    warn: log("warn"),
    error: log("error"),
    child: (fields) => createLineLogger(threshold, write, now, { ...base, ...fields }),
  };
}

function formatValue(value: unknown): string {
  const text = typeof value === "string" ? value : typeof value === "bigint" ? value.toString() : (JSON.stringify(value) ?? String(value));
  return /[\s="]/.test(text) ? JSON.stringify(text) : text;
}

/** The level that a flag names. Throws `InvalidInputError`. */
export function parseLogLevel(text: string | undefined): LogLevel {
  const level = LOG_LEVELS.find((one) => one === text);
  if (level === undefined) throw new InvalidInputError(`--log.level wants one of ${LOG_LEVELS.join(", ")}, not "${text}"`);
  return level;
}
