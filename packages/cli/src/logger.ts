import { LOG_LEVELS, type LogFormat, type LogLevel } from "@pangaea/config";
import { InvalidInputError, type Logger } from "@pangaea/primitives";

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

export interface LineLoggerOptions {
  readonly format?: LogFormat;
  readonly now?: () => Date;
  /** Stand in every line. */
  readonly fields?: Fields;
}

type Fields = Readonly<Record<string, unknown>>;

/** How each format writes a line. logfmt and JSON name time, level and message as op-service's do. */
const FORMATS: Readonly<Record<LogFormat, (time: string, level: LogLevel, message: string, fields: Fields) => string>> = {
  text: (time, level, message, fields) => [time.slice(11, 23), level.toUpperCase().padEnd(5), message, ...pairs(fields)].join(" "),
  logfmt: (t, lvl, msg, fields) => pairs({ t, lvl, msg, ...fields }).join(" "),
  json: (t, lvl, msg, fields) => JSON.stringify({ t, lvl, msg, ...fields }, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value)),
};

/** A logger of one line an event: time, level, message, then the fields. Lines go to `write`. */
export function createLineLogger(threshold: LogThreshold, write: (line: string) => void, { format = "text", now = () => new Date(), fields: base = {} }: LineLoggerOptions = {}): Logger {
  const log = (level: LogLevel) => (message: string, fields: Fields = {}) => {
    if (threshold.passes(level)) write(FORMATS[format](now().toISOString(), level, message, { ...base, ...fields }));
  };
  return {
    debug: log("debug"),
    info: log("info"),
    warn: log("warn"),
    error: log("error"),
    child: (fields) => createLineLogger(threshold, write, { format, now, fields: { ...base, ...fields } }),
  };
}

const pairs = (fields: Fields): readonly string[] => Object.entries(fields).map(([key, value]) => `${key}=${formatValue(value)}`);

function formatValue(value: unknown): string {
  const text = typeof value === "string" ? value : typeof value === "bigint" ? value.toString() : (JSON.stringify(value) ?? String(value));
  return /[\s="]/.test(text) ? JSON.stringify(text) : text;
}
