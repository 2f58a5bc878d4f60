import { describe, expect, it } from "vitest";
import { clock } from "./format.ts";
import { at, backend, pool } from "./samples.ts";
import { healthStanding, roleWord, serviceStanding } from "./standing.ts";

const words = (more: Parameters<typeof backend>[1], inFlight?: number) =>
  serviceStanding(backend("primary", more), inFlight).map((standing) => standing.words);

describe("healthStanding", () => {
  const ejected = { health: "down", ejected: true } as const;
  it("counts the trials", () => {
    const trial = { passed: 2, wanted: 5 };
    expect(healthStanding(backend("primary", { ...ejected, trial }))).toMatchObject({
      words: "on trial 2 of 5",
      until: null,
    });
  });
  it("says until when one is ejected", () =>
    expect(healthStanding(backend("primary", { ...ejected, ejectedUntil: at(40) }))).toMatchObject({
      words: `ejected until ${clock(at(40))}`,
      until: at(40),
    }));
  it("of an older gateway knows no time", () => {
    const { trial: _, ejectedUntil: __, ...old } = backend("primary", ejected);
    expect(healthStanding(old).words).toBe("down, ejected");
  });
  it("is the health otherwise", () => expect(healthStanding(backend("primary")).words).toBe("up"));
});

describe("serviceStanding", () => {
  it("says nothing of one in service", () => expect(words({})).toEqual([]));
  it("counts what is under way by the newest figures", () => {
    expect(words({ admin: "draining", inFlight: 6 }, 3)).toEqual(["draining: 3 under way"]);
    expect(words({ admin: "draining", inFlight: 6 })).toEqual(["draining: 6 under way"]);
  });
  it("has the time of a drain", () =>
    expect(serviceStanding(backend("a", { admin: "draining", drainUntil: at(9) }), 1)[0]?.until).toBe(at(9)));
  it("tells drained and disabled", () => {
    expect(words({ admin: "draining", drained: true })).toEqual(["drained"]);
    expect(words({ admin: "disabled" })).toEqual(["disabled"]);
  });
  it("tells the backend's own word besides the operator's", () =>
    expect(words({ admin: "disabled", leaving: true })).toEqual(["disabled", "leaving"]));
  it("of an older gateway does not know what is under way", () => {
    const { drained: _, drainUntil: __, leaving: ___, inFlight: ____, ...old } = backend("a", { admin: "draining" });
    expect(serviceStanding(old, undefined)).toMatchObject([{ words: "draining: – under way", until: null }]);
  });
});

describe("roleWord", () => {
  const dry = pool({ enforced: false, active: "secondary" });
  it("does not claim in a dry run that the verdict is followed", () => {
    expect(roleWord(dry, backend("primary", { role: "out" }))).toBe("Would be out");
    expect(roleWord(dry, backend("secondary"))).toBe("Would serve");
    expect(roleWord(dry, backend("primary", { role: "out", admin: "disabled" }))).toBe("Out");
  });
  it("is plain otherwise", () => expect(roleWord(pool(), backend("secondary"))).toBe("Standby"));
});
