import { describe, expect, it } from "vitest";
import { backend, pool, snapshot } from "../model/samples.ts";
import { backendRefusal, backendRules, poolRefusal, poolRules, type Situation } from "./capabilities.ts";

const gateway = snapshot(1).gateway;
const given = (more: Partial<Situation> = {}): Situation => ({ connected: true, gateway, pool: pool(), ...more });
const primary = backend("primary");
const secondary = backend("secondary");

describe("without a connection", () => {
  it("nothing may be done, and the reason says so", () => {
    const lost = given({ connected: false });
    for (const action of Object.keys(poolRules))
      expect(poolRefusal(action as keyof typeof poolRules, lost)).toContain("connection");
    for (const action of Object.keys(backendRules)) {
      expect(backendRefusal(action as keyof typeof backendRules, lost, secondary)).toContain("connection");
    }
  });
});

describe("switchover", () => {
  it("to a fit standby may be done", () => expect(backendRefusal("switchover", given(), secondary)).toBeNull());
  it.each([
    ["the active one", primary, "serving already"],
    [
      "one that is down",
      backend("secondary", { health: "down", role: "out", reason: "It refuses connections." }),
      "is down: It refuses connections.",
    ],
    ["one that drains", backend("secondary", { admin: "draining", role: "out" }), "enable it first"],
    ["one that leaves", backend("secondary", { leaving: true, role: "out" }), "asks for no new requests itself"],
    ["an ejected one", backend("secondary", { ejected: true, health: "down" }), "fails real requests"],
  ])("to %s may not", (_, target, reason) => expect(backendRefusal("switchover", given(), target)).toContain(reason));
});

describe("failback", () => {
  const away = { active: "secondary", activeTier: 1, condition: "degraded" } as const;
  it("has nothing to do at home", () => expect(poolRefusal("failback", given())).toContain("serving already"));
  it("may be done when the preferred backend is up", () =>
    expect(poolRefusal("failback", given({ pool: pool(away) }))).toBeNull());
  it("may not while the preferred backend is down", () => {
    const backends = [backend("primary", { health: "down", role: "out", reason: "It is gone." }), secondary];
    expect(poolRefusal("failback", given({ pool: pool({ ...away, backends }) }))).toBe("primary is down: It is gone.");
  });
  it("does not claim that a failing pool is served", () => {
    const backends = [backend("primary", { health: "down" })];
    expect(poolRefusal("failback", given({ pool: pool({ condition: "failing", backends }) }))).toContain(
      "primary is down",
    );
  });
});

describe("hold and release", () => {
  it("exclude each other", () => {
    expect(poolRefusal("hold", given())).toBeNull();
    expect(poolRefusal("release", given())).toContain("not held");
    const held = given({ pool: pool({ held: true }) });
    expect(poolRefusal("hold", held)).toContain("already held");
    expect(poolRefusal("release", held)).toBeNull();
  });
});

describe("a rest", () => {
  it("is ended by release, and does not keep an operator from holding", () => {
    const resting = given({ pool: pool({ restsUntil: "2026-11-21T11:00:00Z" }) });
    expect(poolRefusal("release", resting)).toBeNull();
    expect(poolRefusal("hold", resting)).toBeNull();
  });
  it("is not there for an older gateway", () => {
    const { restsUntil: _, ...old } = pool();
    expect(poolRefusal("release", given({ pool: old }))).toContain("not held and does not rest");
  });
});

describe("faults", () => {
  it("need a gateway that allows them", () => {
    const strict = given({ gateway: { ...gateway, faultsAllowed: false } });
    expect(backendRefusal("fail", strict, primary)).toContain("Failover:Faults:Allowed");
    expect(backendRefusal("recover", strict, primary)).toContain("Failover:Faults:Allowed");
    expect(backendRefusal("fail", given(), primary)).toBeNull();
  });
  it("cannot break what is down already", () =>
    expect(backendRefusal("fail", given(), backend("primary", { health: "down" }))).toBe("primary is down already."));
});

describe("admin", () => {
  it("offers only what changes something", () => {
    expect(backendRefusal("enable", given(), primary)).not.toBeNull();
    expect(backendRefusal("drain", given(), primary)).toBeNull();
    const disabled = backend("primary", { admin: "disabled" });
    expect(backendRefusal("disable", given(), disabled)).not.toBeNull();
    expect(backendRefusal("enable", given(), disabled)).toBeNull();
  });
});
