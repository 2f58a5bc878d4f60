import { afterEach, describe, expect, it, vi } from "vitest";
import { answerOf, callOf, httpOperator } from "./api.ts";

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
afterEach(() => vi.unstubAllGlobals());

describe("callOf", () => {
  it("sends the epoch that the operator saw", () =>
    expect(callOf({ do: "switchover", pool: "api", to: "secondary", expectedEpoch: 3 })).toEqual({
      path: "/proxy/pools/api/switchover",
      body: { to: "secondary", expectedEpoch: 3 },
    }));
  it("escapes names", () =>
    expect(callOf({ do: "drain", pool: "a/b", backend: "x y", expectedEpoch: 1 }).path).toBe("/proxy/pools/a%2Fb/backends/x%20y/drain"));
  it("drains with a time to finish only where one was chosen", () => {
    const drain = { do: "drain", pool: "api", backend: "primary", expectedEpoch: 3 } as const;
    expect(callOf(drain).body).toEqual({ expectedEpoch: 3 });
    expect(callOf({ ...drain, within: "30s" }).body).toEqual({ expectedEpoch: 3, within: "30s" });
  });
  it("leaves the duration of a fault out when it has none", () => {
    expect(callOf({ do: "fail", pool: "api", backend: "primary", mode: "exit", for: "" }).path).toBe(
      "/proxy/fail?pool=api&backend=primary&mode=exit",
    );
    expect(callOf({ do: "fail", pool: "api", backend: "primary", mode: "hang", for: "10s" }).path).toContain("for=10s");
  });
});

describe("answerOf", () => {
  it("takes the sentence of an accepted command", async () =>
    expect(await answerOf(json(202, { sequence: 42, epoch: 4, sentence: "Switched." }))).toEqual({
      accepted: true,
      sentence: "Switched.",
    }));
  it("takes the detail of a refusal", async () =>
    expect(await answerOf(json(409, { title: "Conflict", detail: "secondary is down." }))).toEqual({
      accepted: false,
      sentence: "secondary is down.",
    }));
  it("has words for an answer without any", async () =>
    expect((await answerOf(new Response("<html>", { status: 502, statusText: "Bad Gateway" }))).sentence).toBe(
      "The gateway answered 502 Bad Gateway",
    ));
});

it("a gateway that cannot be reached is a refusal, not an exception", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
  expect(await httpOperator("")({ do: "hold", pool: "api" })).toMatchObject({ accepted: false });
});
