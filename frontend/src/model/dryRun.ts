import type { Change, EventLine, EventMessage, Pool } from "./contract.ts";

// A pool in a dry run judges without acting. What it would have done must not read as if it had been.

export const isDryRun = (pool: Pool): boolean => pool.enforced === false;

/** The verdict of a dry run that requests do not follow: whoever really gets them has the role, and nobody of the verdict does. */
export const isHypothetical = (pool: Pool): boolean =>
  isDryRun(pool) && !pool.backends.some((backend) => backend.role === "active");

/** Kinds that an operator's word or the configuration makes; those are obeyed in a dry run too. */
const obeyedKinds: readonly string[] = [
  "PoolConfigured",
  "BackendAdminChanged",
  "BackendReset",
  "HoldPlaced",
  "HoldReleased",
  "CommandRefused",
];
const obeyedCauses: readonly string[] = ["start", "operator", "drained", "disabled", "removed", "configured"];

/**
 * Whether what an event says was done. Where the message does not say it, its pool does: in a dry run only what somebody
 * asked for is.
 */
export function wasDone(event: Pick<EventMessage, "enforced" | "kind" | "state" | "change">): boolean {
  if (event.enforced !== undefined) return event.enforced;
  if (!isDryRun(event.state) || obeyedKinds.includes(event.kind)) return true;
  return event.change !== null && event.change !== undefined && obeyedCauses.includes(event.change.cause);
}

const keyOf = ({ pool, at }: { readonly pool: string; readonly at: string }): string => `${pool} ${at}`;

/**
 * Which of the changes were not done. A change does not say so itself, the event that made it does; of one whose event is no
 * longer known nothing is claimed.
 */
export function undone(events: readonly EventLine[]): (change: Pick<Change, "pool" | "at">) => boolean {
  const keys = new Set(
    events.filter((event) => event.enforced === false && event.kind === "ActiveChanged").map(keyOf),
  );
  return (change) => keys.has(keyOf(change));
}

const hypothetical: readonly (readonly [string, string])[] = [
  [" moved from ", " would have moved from "],
  [" is ejected ", " would have been ejected "],
];

/** The sentence of an event; one of a dry run says what would have been done. */
export function told(event: Pick<EventLine, "enforced" | "kind" | "sentence">): string {
  if (event.enforced !== false) return event.sentence;
  const found = hypothetical.find(([done]) => event.sentence.includes(done));
  if (found !== undefined) return event.sentence.replace(...found);
  return event.kind === "ActiveChanged" ? `Would have been done: ${event.sentence}` : event.sentence;
}

/** Whether the present verdict, which `change` made, was not done: requests go elsewhere, or they never left. */
export const isVerdictUndone = (pool: Pool, change: Change | undefined, events: readonly EventLine[]): boolean =>
  isDryRun(pool) && (isHypothetical(pool) || (change !== undefined && undone(events)(change)));
