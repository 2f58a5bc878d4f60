import { beforeEach, expect, it } from "vitest";
import { apply } from "../../model/apply.ts";
import type { Backend, Pool } from "../../model/contract.ts";
import { told } from "../../model/dryRun.ts";
import { headline } from "../../model/select.ts";
import { emptyState, type State } from "../../model/state.ts";
import { ScriptedGateway } from "./index.ts";

// The states that a gateway tells of, as the model sees them come and go.

const start = Date.UTC(2026, 10, 21, 10);
let gateway: ScriptedGateway;
let state: State;

async function open(scenario: string): Promise<void> {
  gateway = new ScriptedGateway(scenario, start);
  state = emptyState;
  const message = (heard: unknown) => void (state = apply(state, heard, start));
  gateway.open(null, { message, ended: () => undefined }, 0);
  await Promise.resolve();
}

const pool = (): Pool => state.pools[0]!;
const backend = (id: string): Backend => pool().backends.find((item) => item.id === id)!;
const api = { pool: "api", backend: "primary" } as const;

beforeEach(() => open(""));

it("what requests ejected is on trial when its time is over, and up after its trials", () => {
  gateway.command({ do: "fail", ...api, mode: "error", for: "" });
  gateway.advanceTo(start + 1000);
  expect(backend("primary")).toMatchObject({ health: "down", ejected: true, trial: null });
  expect(Date.parse(backend("primary").ejectedUntil!)).toBeGreaterThan(start + 5000);
  gateway.command({ do: "recover", ...api });
  gateway.advanceTo(start + 6500);
  expect(backend("primary")).toMatchObject({ ejectedUntil: null, trial: { passed: 0, wanted: 5 } });
  gateway.advanceTo(start + 8500);
  expect(backend("primary")).toMatchObject({ health: "up", ejected: false, trial: null });
});

it("a drain finishes when nothing is under way, or when its time is over", () => {
  const drain = { do: "drain", ...api, expectedEpoch: pool().epoch } as const;
  gateway.command({ ...drain, within: "5s" });
  expect(backend("primary")).toMatchObject({ admin: "draining", drained: false, inFlight: 6, role: "out" });
  expect(backend("primary").drainUntil).toBe(new Date(start + 5000).toISOString());
  gateway.advanceTo(start + 5500);
  expect(backend("primary")).toMatchObject({ admin: "draining", drained: true, drainUntil: null });
  gateway.command({ do: "enable", ...api });
  gateway.command({ ...drain, expectedEpoch: pool().epoch });
  expect(backend("primary").drainUntil).toBeNull();
  gateway.advanceTo(start + 22_000);
  expect(backend("primary").drained).toBe(true);
});

it("a backend that wants no new requests is left, and taken back when it does", () => {
  gateway.command({ do: "fail", ...api, mode: "drain", for: "" });
  gateway.advanceTo(start + 1000);
  expect(backend("primary")).toMatchObject({ leaving: true, role: "out", health: "up" });
  expect(pool().active).toBe("secondary");
  gateway.command({ do: "recover", ...api });
  gateway.advanceTo(start + 8000);
  expect(pool()).toMatchObject({ active: "primary", condition: "steady" });
});

it("a pool that changes too often rests until it is released", () => {
  let now = start;
  for (let round = 0; round < 6 && !pool().restsUntil; round++) {
    gateway.command({ do: "fail", ...api, mode: "exit", for: "" });
    gateway.advanceTo((now += 1000));
    gateway.command({ do: "recover", ...api });
    gateway.advanceTo((now += 8000));
  }
  expect(Date.parse(pool().restsUntil!)).toBeGreaterThan(now);
  gateway.command({ do: "release", pool: "api" });
  expect(pool().restsUntil).toBeNull();
});

it("a dry run judges, and its requests do not follow", async () => {
  await open("dry");
  expect(headline(pool())).toBe("secondary would serve");
  expect(state.figures.at(-1)?.pools[0]?.backends[0]?.attempts).toBeGreaterThan(0);
  const verdict = state.events.findLast((event) => event.kind === "ActiveChanged")!;
  expect(verdict.enforced).toBe(false);
  expect(told(verdict)).toContain("api would have moved from primary to secondary");
  gateway.command({ do: "switchover", pool: "api", to: "secondary", expectedEpoch: pool().epoch });
  expect(headline(pool())).toBe("secondary is serving");
  expect(state.events.at(-1)?.enforced).toBe(true);
});
