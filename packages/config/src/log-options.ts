import { choice, type OptionTable } from "./options.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ["text", "logfmt", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** The flags by which a program is told what to log, and how. Names are op-service's. */
export const logOptions = (least: LogLevel) =>
  ({
    "log.level": choice("least level of what is logged", LOG_LEVELS, least),
    "log.format": choice("how a line of the log is written: for people, as key=value or as JSON", LOG_FORMATS, "text"),
  }) as const satisfies OptionTable;
