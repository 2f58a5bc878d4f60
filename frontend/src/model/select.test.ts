import { describe, expect, it } from "vitest";
import { at, backend, change, figures, pool } from "./samples.ts";
import { attemptsHistory, chartColumns, conditionText, headline, markers, preferredTier } from "./select.ts";

describe("headline", () => {
  it("names who serves", () => expect(headline(pool())).toBe("primary is serving"));
  it("names every backend of a tier", () => expect(headline(pool({ active: "a+b+c" }))).toBe("a, b and c are serving"));
  it("does not name a backend that cannot serve", () =>
    expect(headline(pool({ condition: "failing" }))).toBe("No backend can serve"));
});

describe("conditionText", () => {
  it("tells the two reasons of degraded apart", () => {
    expect(conditionText(pool({ condition: "degraded", activeTier: 1 }))).toBe("Degraded: on the standby");
    expect(conditionText(pool({ condition: "degraded" }))).toBe("Degraded: no fit standby");
  });
});

describe("preferredTier", () => {
  it("passes over backends that an operator took out", () => {
    expect(preferredTier(pool({ backends: [backend("primary", { admin: "disabled" }), backend("secondary")] }))).toBe(
      1,
    );
  });
  it("is that of all backends when every one is out", () => {
    expect(preferredTier(pool({ backends: [backend("primary", { admin: "disabled" })] }))).toBe(0);
  });
});

describe("chartColumns", () => {
  it("has errors in percent and none where there were no requests", () => {
    const columns = chartColumns(
      [figures(1, { failed: 5 }), figures(2, { requests: 0, p50Ms: null, p99Ms: null })],
      "api",
    );
    expect(columns[3]).toEqual([5, null]);
    expect(columns[1]).toEqual([2, null]);
  });
  it("breaks the line where seconds are missing", () => {
    const columns = chartColumns([figures(1), figures(2), figures(12)], "api");
    expect(columns[1]).toEqual([2, 2, null, 2]);
    expect(columns[0]).toEqual([...columns[0]].sort());
  });
  it("is empty, not broken, for a pool without figures", () =>
    expect(chartColumns([figures(1)], "x")[1]).toEqual([null]));
});

it("markers are this pool's, within the window, oldest first", () => {
  const changes = [
    change({ epoch: 4, at: at(40), kind: "failback", to: "primary" }),
    change({ at: at(30) }),
    change({ pool: "other", at: at(35) }),
    change({ at: at(1) }),
  ];
  expect(markers(changes, "api", Date.parse(at(20))).map((mark) => mark.label)).toEqual([
    "failover → secondary",
    "failback → primary",
  ]);
});

it("attemptsHistory has the last seconds, and null where a backend was not mentioned", () => {
  expect(attemptsHistory([figures(1), figures(2), figures(3)], "api", "primary", 2)).toEqual([100, 100]);
  expect(attemptsHistory([figures(1)], "api", "secondary", 2)).toEqual([null]);
});
