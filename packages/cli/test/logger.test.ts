import { LOG_LEVELS, type LogFormat, type LogLevel } from "@pangaea/config";
import { describe, expect, it } from "vitest";
import { createLineLogger, LogThreshold } from "../src/logger.ts";

function open(least: LogLevel, format?: LogFormat) {
  const lines: string[] = [];
  const threshold = new LogThreshold(least);
  return { lines, threshold, log: createLineLogger(threshold, (line) => lines.push(line), { now: () => new Date("2026-01-02T03:04:05.678Z"), ...(format === undefined ? {} : { format }) }) };
}

describe("the line logger", () => {
  it("writes one line an event: time, level, message, fields; text with spaces or quotes is quoted", () => {
    const { lines, log } = open("debug");
    log.child({ chain: 901 }).warn("it happened", { reason: 'said "no"', big: 5n, list: [1, 2], empty: undefined });
    expect(lines).toEqual(['03:04:05.678 WARN  it happened chain=901 reason="said \\"no\\"" big=5 list=[1,2] empty=undefined']);
  });

  it.each<[LogFormat, string]>([
    ["text", '03:04:05.678 INFO  it is so chain=901 reason="a \\"b\\"\\nc" big=5 list="[1,\\"x\\"]"'],
    ["logfmt", 't=2026-01-02T03:04:05.678Z lvl=info msg="it is so" chain=901 reason="a \\"b\\"\\nc" big=5 list="[1,\\"x\\"]"'],
    ["json", '{"t":"2026-01-02T03:04:05.678Z","lvl":"info","msg":"it is so","chain":901,"reason":"a \\"b\\"\\nc","big":"5","list":[1,"x"]}'],
  ])("writes %s, whatever the fields hold on one line", (format, line) => {
    const { lines, log } = open("debug", format);
    log.child({ chain: 901 }).info("it is so", { reason: 'a "b"\nc', big: 5n, list: [1, "x"] });
    expect(lines).toEqual([line]);
  });

  it.each(LOG_LEVELS)("from %s on writes that level and those above", (least) => {
    const { lines, log } = open(least);
    for (const level of LOG_LEVELS) log[level](level);
    expect(lines).toHaveLength(LOG_LEVELS.length - LOG_LEVELS.indexOf(least));
  });

  it("changes its level while it runs, for those that were derived from it too", () => {
    const { lines, log, threshold } = open("warn");
    const child = log.child({ chain: 901 });
    child.debug("not yet");
    threshold.set("DEBUG");
    child.debug("now");
    threshold.set("error");
    child.warn("no more");
    expect(lines.map((line) => line.slice(13))).toEqual(["DEBUG now chain=901"]);
  });

  it("takes op-service's names for the most and the least", () => {
    const { lines, log, threshold } = open("warn");
    threshold.set("trace");
    log.debug("1");
    threshold.set("crit");
    log.warn("2");
    log.error("3");
    expect(lines.map((line) => line.at(-1))).toEqual(["1", "3"]);
  });

  it("refuses a level that does not exist with those that do", () => {
    expect(() => new LogThreshold("info").set("loud")).toThrow('there is no log level "loud"; the levels are debug, info, warn, error');
  });
});
