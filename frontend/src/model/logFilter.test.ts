import { describe, expect, it } from "vitest";
import type { Level } from "./contract.ts";
import { allLines, filterLog, logText } from "./logFilter.ts";
import { line } from "./samples.ts";

const entry = (id: number, level: Level, message: string, requestId: string | null = null) => ({
  ...line(id, { level, message, requestId }),
  id,
});
const lines = [
  entry(1, "debug", "probe passed"),
  entry(2, "info", "GET /api 200", "REQ7"),
  entry(3, "warn", "Failover api to secondary"),
  entry(4, "error", "<b>boom</b>"),
];
const ids = (filter: Partial<typeof allLines>) => filterLog(lines, { ...allLines, ...filter }).map((item) => item.id);

describe("filterLog", () => {
  it("hands the same list back when nothing is asked", () => expect(filterLog(lines, allLines)).toBe(lines));
  it("keeps the level and worse", () => expect(ids({ level: "warn" })).toEqual([3, 4]));
  it("wants every word, in any case and order", () => expect(ids({ text: "SECONDARY failover" })).toEqual([3]));
  it("takes the text literally, not as a pattern", () => {
    expect(ids({ text: ".*" })).toEqual([]);
    expect(ids({ text: "<b>" })).toEqual([4]);
  });
  it("finds a request by its id", () => expect(ids({ text: "req7" })).toEqual([2]));
  it("leaves out what was cleared", () => expect(ids({ clearedTo: 2 })).toEqual([3, 4]));
  it("never hides a level that it does not know", () =>
    expect(filterLog([entry(9, "fatal" as Level, "x")], { ...allLines, level: "error" })).toHaveLength(1));
});

it("logText is one plain line", () =>
  expect(logText(entry(2, "info", "GET", "R1"))).toBe("2026-11-21T10:00:02.000Z INFO  Gateway.Failover GET [R1]"));
