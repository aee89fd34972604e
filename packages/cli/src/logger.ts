import { InvalidInputError, type Logger } from "@pangaea/primitives";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A logger of one line an event: time, level, message, then the fields as key=value. Lines go to `write`. */
export function createLineLogger(least: LogLevel, write: (line: string) => void, now: () => Date = () => new Date(), base: Readonly<Record<string, unknown>> = {}): Logger {
  const log = (level: LogLevel) => (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least)) return;
    const pairs = Object.entries({ ...base, ...fields }).map(([key, value]) => `${key}=${formatValue(value)}`);
    write([now().toISOString().slice(11, 23), level.toUpperCase().padEnd(5), message, ...pairs].join(" "));
  };
  return {
    debug: log("debug"),
    info: log("info"),
    warn: log("warn"),
    error: log("error"),
    child: (fields) => createLineLogger(least, write, now, { ...base, ...fields }),
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
