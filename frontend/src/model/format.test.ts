import { describe, expect, it } from "vitest";
import { clock, clockMinutes, cost, count, dayAndClock, ms, percent, span } from "./format.ts";
import { change } from "./samples.ts";

it("clockMinutes rounds up", () => {
  expect(clockMinutes("2026-11-21T10:04:01")).toBe("10:05");
  expect(clockMinutes("2026-11-21T10:04:00")).toBe("10:04");
  expect(clockMinutes("whenever")).toBe("–");
});

describe("numbers", () => {
  it.each([
    [null, "–"],
    [undefined, "–"],
    [Number.NaN, "–"],
    [0, "0.0 ms"],
    [0.42, "0.4 ms"],
    [9.96, "10 ms"],
    [41, "41 ms"],
    [999.6, "1.00 s"],
    [1240, "1.24 s"],
    [12_340, "12.3 s"],
  ])("ms(%s) is %s", (value, text) => expect(ms(value)).toBe(text));
  it.each([
    [null, "–"],
    [0, "0 %"],
    [0.000_01, "< 0.01 %"],
    [0.0042, "0.42 %"],
    [0.042, "4.2 %"],
    [1, "100 %"],
  ])("percent(%s) is %s", (value, text) => expect(percent(value)).toBe(text));
  it.each([
    [0, "0"],
    [1841, "1\u202f841"],
    [1_234_567, "1\u202f234\u202f567"],
    [null, "–"],
  ])("count(%s) is %s", (value, text) => expect(count(value)).toBe(text));
});

describe("times", () => {
  it.each([
    [-5, "0 s"],
    [12_999, "12 s"],
    [184_000, "3 min 4 s"],
    [7_500_000, "2 h 5 min"],
    [260_000_000, "3 d 0 h"],
    [Number.NaN, "–"],
  ])("span(%s) is %s", (value, text) => expect(span(value)).toBe(text));
  it("a time that is none is a dash", () => expect(clock("soon")).toBe("–"));
  it("names the day when it is not today", () => {
    const at = new Date(2026, 10, 20, 9, 5, 3);
    expect(dayAndClock(at.toISOString(), at.getTime() + 1000)).toBe("09:05:03");
    expect(dayAndClock(at.toISOString(), at.getTime() + 86_400_000)).toBe("2026-11-20 09:05:03");
  });
});

describe("cost", () => {
  it("is said only once it is known", () => expect(cost(change({ requests: 12 }))).toBe("measuring…"));
  it("names what failed and what was saved", () => {
    expect(cost(change({ measured: true, requests: 900, failed: 0, rescued: 26 }))).toBe(
      "0 of 900 requests failed, 26 rescued",
    );
    expect(cost(change({ measured: true, requests: 900, failed: 2 }))).toBe("2 of 900 requests failed");
  });
});
