import { describe, expect, it } from "vitest";
import { isHypothetical, isVerdictUndone, told, undone, wasDone } from "./dryRun.ts";
import { backend, change, event, pool } from "./samples.ts";

const { enforced: _, ...fromBefore } = pool();
const dry = pool({ enforced: false });

describe("wasDone", () => {
  it("takes the event's own word", () => {
    expect(wasDone(event(6, { enforced: false }))).toBe(false);
    expect(wasDone(event(6, { enforced: true, state: dry }))).toBe(true);
  });
  it("is true for a gateway that knows no dry run", () => expect(wasDone(event(6, { state: fromBefore }))).toBe(true));
  it("is false for what a pool in a dry run decides", () =>
    expect(wasDone(event(6, { state: dry, change: change() }))).toBe(false));
  it("is true there for what somebody asked for", () => {
    expect(wasDone(event(6, { state: dry, change: change({ cause: "operator" }) }))).toBe(true);
    expect(wasDone(event(6, { state: dry, kind: "BackendAdminChanged" }))).toBe(true);
  });
});

describe("told", () => {
  const kind = "ActiveChanged";
  it("leaves alone what was done", () =>
    expect(told({ kind, sentence: "api moved from a to b: why." })).toBe("api moved from a to b: why."));
  it("says what would have been done", () => {
    const said = (sentence: string, of = kind) => told({ kind: of, sentence, enforced: false });
    expect(said("api moved from a to b: why.")).toBe("api would have moved from a to b: why.");
    expect(said("a is ejected after 3 failed requests.", "BackendWentDown")).toBe(
      "a would have been ejected after 3 failed requests.",
    );
    expect(said("Something else.")).toBe("Would have been done: Something else.");
  });
  it("leaves alone what is true in a dry run too", () =>
    expect(told({ kind: "BackendSuspected", sentence: "a is suspected.", enforced: false })).toBe("a is suspected."));
});

it("undone finds the changes that an event says were not done", () => {
  const { state: _, change: __, cursor: ___, type: ____, ...made } = event(10, { enforced: false });
  expect(undone([made])(change())).toBe(true);
  expect(undone([made])(change({ pool: "other" }))).toBe(false);
  expect(undone([{ ...made, enforced: true }])(change())).toBe(false);
});

describe("a verdict", () => {
  const nobody = [backend("primary", { role: "out" }), backend("secondary")];
  it("of a dry run is hypothetical unless requests follow it", () => {
    expect(isHypothetical(dry)).toBe(false);
    expect(isHypothetical({ ...dry, backends: nobody })).toBe(true);
    expect(isHypothetical(pool({ backends: nobody }))).toBe(false);
  });
  it("was not done either where the requests had never left", () => {
    const { state: _, change: __, cursor: ___, type: ____, ...made } = event(10, { enforced: false });
    expect(isVerdictUndone(dry, change(), [made])).toBe(true);
    expect(isVerdictUndone(dry, change(), [])).toBe(false);
    expect(isVerdictUndone({ ...dry, backends: nobody }, undefined, [])).toBe(true);
    expect(isVerdictUndone(pool({ backends: nobody }), change(), [made])).toBe(false);
  });
});
