import { describe, expect, it } from "vitest";
import { apply } from "./apply.ts";
import { at, attempts, backend, change, event, figures, line, pool, snapshot } from "./samples.ts";
import { bounds, emptyState, type State } from "./state.ts";

const heard = Date.parse(at(0));
const after = (...messages: unknown[]): State =>
  messages.reduce<State>((state, message) => apply(state, message, heard), emptyState);

describe("apply is total", () => {
  it.each([
    ["nothing", undefined],
    ["null", null],
    ["text", "snapshot"],
    ["a list", []],
    ["an unknown type", { type: "weather", cursor: "j:9" }],
    ["no type", { cursor: "j:9" }],
    ["a name from Object's prototype", { type: "constructor" }],
    ["a snapshot without pools", { ...snapshot(9), pools: undefined }],
    ["a snapshot with a broken pool", { ...snapshot(9), pools: [{ id: "api" }] }],
    ["an event without a state", { ...event(9), state: null }],
    ["a trial without numbers", snapshot(9, { pools: [pool({ backends: [backend("a", { trial: {} as never })] })] })],
    ["a log without a line", { type: "log" }],
    ["figures without pools", { type: "figures", figures: { at: at(1) } }],
    ["figures whose attempts are a number", { type: "figures", figures: figures(9, { attempts: 7 as never }) }],
  ])("leaves the state alone for %s", (_, message) => {
    const state = after(snapshot(5));
    expect(apply(state, message, heard)).toBe(state);
  });

  it("takes an event of a kind that it does not know", () => {
    const state = after(snapshot(5), event(6, { kind: "NeverHeardOf" }));
    expect(state.events.at(-1)?.kind).toBe("NeverHeardOf");
  });
});

describe("a snapshot", () => {
  it("replaces what is known", () => {
    const state = after(snapshot(5), event(6), snapshot(9, { pools: [pool({ id: "other" })] }));
    expect(state.pools.map((item) => item.id)).toEqual(["other"]);
    expect(state.cursor).toBe("j:9");
  });

  it("keeps the log from before it and adds no line twice", () => {
    const state = after(snapshot(1, { logs: [line(1), line(2), line(3)] }), snapshot(5, { logs: [line(3), line(4)] }));
    expect(state.logs.map((entry) => entry.sequence)).toEqual([1, 2, 3, 4]);
    expect(new Set(state.logs.map((entry) => entry.id)).size).toBe(4);
  });

  it("of another gateway keeps nothing from before", () => {
    const other = { ...snapshot(5).gateway, name: "gateway-2" };
    const state = after(
      snapshot(1, { logs: [line(1)], figures: [figures(1)] }),
      snapshot(5, { gateway: other, logs: [line(4)] }),
    );
    expect(state.logs.map((entry) => entry.sequence)).toEqual([4]);
    expect(state.figures).toEqual([]);
  });

  it("closes a gap", () => {
    const gap = after(snapshot(1), { type: "gap" });
    expect(gap.missing).toBe(true);
    expect(apply(gap, snapshot(2), heard).missing).toBe(false);
  });

  it("measures how far the clocks are apart, and ignores trembling", () => {
    const state = apply(emptyState, snapshot(60), heard);
    expect(state.clockOffsetMs).toBe(60_000);
    expect(apply(state, { type: "figures", figures: figures(61) }, heard + 500).clockOffsetMs).toBe(60_000);
  });
});

describe("an event", () => {
  it("of a dry run is known as such, though only its pool says so", () => {
    const state = after(snapshot(5), event(6, { state: pool({ enforced: false }), change: change() }));
    expect(state.events.at(-1)?.enforced).toBe(false);
  });

  it("brings the pool's new state and its line", () => {
    const state = after(snapshot(5), event(6));
    expect(state.pools[0]?.epoch).toBe(6);
    expect(state.cursor).toBe("j:6");
    expect(state.events).toHaveLength(1);
  });

  it("that is a double or older is ignored", () => {
    const state = after(snapshot(5), event(6));
    expect(apply(state, event(6), heard)).toBe(state);
    expect(apply(state, event(3), heard)).toBe(state);
  });

  it("of another journal is taken whatever its number", () => {
    const state = after(snapshot(5), event(2, { cursor: "other:2" }));
    expect(state.cursor).toBe("other:2");
  });

  it("about a pool that is new adds it", () => {
    expect(after(snapshot(5), event(6, { state: pool({ id: "orders" }) })).pools).toHaveLength(2);
  });

  it("with the figures of a change replaces the change that was being measured", () => {
    const state = after(
      snapshot(5),
      event(6, { change: change() }),
      event(7, { change: change({ measured: true, failoverMs: 8, requests: 90 }) }),
    );
    expect(state.changes).toHaveLength(1);
    expect(state.changes[0]).toMatchObject({ measured: true, requests: 90 });
  });

  it("puts the newest change first", () => {
    const state = after(
      snapshot(5),
      event(6, { change: change() }),
      event(7, { change: change({ epoch: 3, at: at(12), kind: "failback" }) }),
    );
    expect(state.changes.map((item) => item.kind)).toEqual(["failback", "failover"]);
  });
});

describe("log and figures", () => {
  it("are bounded", () => {
    let state = after(snapshot(1));
    for (let index = 1; index <= bounds.logs + 50; index++)
      state = apply(state, { type: "log", line: line(index) }, heard);
    for (let index = 1; index <= bounds.figures + 5; index++)
      state = apply(state, { type: "figures", figures: figures(index) }, heard);
    expect(state.logs).toHaveLength(bounds.logs);
    expect(state.logs[0]?.sequence).toBe(51);
    expect(state.figures).toHaveLength(bounds.figures);
  });

  it("ignore what was heard already", () => {
    const state = after(snapshot(1, { logs: [line(3)], figures: [figures(3)] }));
    expect(apply(state, { type: "log", line: line(3) }, heard)).toBe(state);
    expect(apply(state, { type: "figures", figures: figures(3) }, heard)).toBe(state);
  });

  it("are taken from a gateway that does not tell what it did for its requests", () => {
    const { attempts: _, ...old } = figures(3, { attempts: attempts() }).pools[0]!;
    const state = after(snapshot(1), { type: "figures", figures: { at: at(3), pools: [old] } });
    expect(state.figures).toHaveLength(1);
  });

  it("go on when a restarted gateway counts its lines from one again", () => {
    const state = after(snapshot(1, { logs: [line(900, { at: at(5) })] }), {
      type: "log",
      line: line(1, { at: at(6) }),
    });
    expect(state.logs.map((entry) => entry.sequence)).toEqual([900, 1]);
  });
});
