import type { Backend } from "../../model/contract.ts";
import type { ScriptedPool } from "./pool.ts";
import { iso } from "./stage.ts";

// One backend for each state, by its name. They stay as they are until an operator does something about them.

type State = (now: number) => Partial<Backend>;

const down = { health: "down", ejected: true } as const;

export const states: Readonly<Record<string, State>> = {
  serving: () => ({}),
  trial: () => ({ ...down, trial: { passed: 2, wanted: 5 }, reason: "On trial after 30 s." }),
  ejected: (now) => ({
    ...down,
    ejectedUntil: iso(now + 150_000),
    reason: "Ejected after 5 failed requests in a row (answered 500), for the 3rd time.",
  }),
  draining: () => ({}),
  drained: () => ({ admin: "draining", drained: true, reason: "Nothing is under way there any more." }),
  leaving: () => ({ leaving: true, reason: "Draining by its own word: it asks for no new requests (X-Failover-Drain)." }),
  added: () => ({ added: true }),
};

export function putIntoStates(pool: ScriptedPool): void {
  const now = pool.stage.now();
  for (const [id, state] of Object.entries(states)) pool.update(id, state(now));
  pool.administer("draining", "draining", 30_000);
  pool.rest(34 * 60_000);
}
