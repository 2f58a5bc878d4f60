import type { Backend, Gateway, Pool } from "../model/contract.ts";
import { isFit, preferredTier } from "../model/select.ts";

// What an operator may do now, and if not, why not: one row an action. The page asks this table before it lights a
// button, and the reason becomes the button's title. The gateway judges again; where the two differ, it is right.

export interface Situation {
  readonly connected: boolean;
  readonly gateway: Gateway | null;
  readonly pool: Pool;
}

export type PoolAction = "failback" | "hold" | "release";
export type BackendAction = "switchover" | "fail" | "recover" | "drain" | "disable" | "enable" | "reset";

/** Null when it may be done, else the reason in one sentence. */
type PoolRule = (situation: Situation) => string | null;
type BackendRule = (situation: Situation, backend: Backend) => string | null;

const noFaults = ({ gateway }: Situation) =>
  gateway?.faultsAllowed ? null : "Breaking backends is not allowed on this gateway (Failover:Faults:Allowed).";

export const poolRules: Record<PoolAction, PoolRule> = {
  failback: ({ pool }) => failbackRefusal(pool),
  hold: ({ pool }) => (pool.held ? `${pool.id} is already held.` : null),
  release: ({ pool }) => (pool.held || pool.restsUntil ? null : `${pool.id} is not held and does not rest.`),
};

export const backendRules: Record<BackendAction, BackendRule> = {
  switchover: (_, backend) => switchoverRefusal(backend),
  fail: (situation, backend) =>
    noFaults(situation) ?? (backend.health === "down" && !backend.ejected ? `${backend.id} is down already.` : null),
  recover: (situation) => noFaults(situation),
  drain: (_, backend) => (backend.admin === "in-service" ? null : `${backend.id} is already ${backend.admin}.`),
  disable: (_, backend) => (backend.admin === "disabled" ? `${backend.id} is already disabled.` : null),
  enable: (_, backend) => (backend.admin === "in-service" ? `${backend.id} is in service.` : null),
  reset: () => null,
};

export function poolRefusal(action: PoolAction, situation: Situation): string | null {
  return disconnected(situation) ?? poolRules[action](situation);
}

export function backendRefusal(action: BackendAction, situation: Situation, backend: Backend): string | null {
  return disconnected(situation) ?? backendRules[action](situation, backend);
}

const disconnected = ({ connected }: Situation) =>
  connected ? null : "The connection to the gateway is lost; what is shown may be out of date.";

function switchoverRefusal(backend: Backend): string | null {
  if (backend.role === "active") return `${backend.id} is serving already.`;
  return unfit(backend);
}

function failbackRefusal(pool: Pool): string | null {
  const tier = preferredTier(pool);
  const preferred = pool.backends.filter((backend) => backend.tier === tier);
  if (pool.activeTier === tier && pool.condition !== "failing")
    return `${pool.active} is preferred and is serving already.`;
  if (preferred.some(isFit)) return null;
  return preferred.map(unfit).find((reason) => reason !== null) ?? "No preferred backend can serve.";
}

function unfit(backend: Backend): string | null {
  if (backend.admin !== "in-service") return `${backend.id} is ${backend.admin}; enable it first.`;
  if (backend.leaving) return `${backend.id} asks for no new requests itself.`;
  if (backend.ejected) return `${backend.id} fails real requests (${trimmed(backend.reason)}); reset it or wait.`;
  return backend.health === "down" ? `${backend.id} is down: ${trimmed(backend.reason)}.` : null;
}

const trimmed = (sentence: string) => sentence.replace(/[.\s]+$/, "");
