import type { Change, EventMessage, Figures, LogLine, Message, Pool, Snapshot } from "./contract.ts";
import { wasDone } from "./dryRun.ts";
import { readCursor, readMessage } from "./read.ts";
import { bounds, emptyState, type LogEntry, type State } from "./state.ts";

// The one place where a message changes what the page knows. Pure and total: the time a message was heard is an
// argument, a message that is unknown, broken, doubled or late leaves the state as it was, and every list has a bound.

/** What is known after `message`, which was heard at `heardAt` (milliseconds of this machine's clock). */
export function apply(state: State, message: unknown, heardAt: number): State {
  const read = readMessage(message);
  return read === null ? state : applyRead(state, read, heardAt);
}

function applyRead(state: State, message: Message, heardAt: number): State {
  switch (message.type) {
    case "snapshot":
      return applySnapshot(state, message, heardAt);
    case "event":
      return applyEvent(state, message);
    case "log":
      return applyLog(state, message.line);
    case "figures":
      return applyFigures(state, message.figures, heardAt);
    case "gap":
      return { ...state, missing: true };
  }
}

function applySnapshot(state: State, snapshot: Snapshot, heardAt: number): State {
  // What this page heard before the snapshot begins is still true, unless it came from another gateway.
  const before = state.gateway?.name === snapshot.gateway.name ? state : emptyState;
  const logs = snapshot.logs.map((line, index): LogEntry => ({ ...line, id: state.nextLogId + index }));
  return {
    cursor: snapshot.cursor,
    gateway: snapshot.gateway,
    pools: snapshot.pools,
    changes: snapshot.changes.slice(0, bounds.changes),
    events: snapshot.events.slice(-bounds.events),
    logs: joinByTime(before.logs, logs, bounds.logs),
    figures: joinByTime(before.figures, snapshot.figures, bounds.figures),
    nextLogId: state.nextLogId + logs.length,
    clockOffsetMs: offset(state.clockOffsetMs, snapshot.at, heardAt),
    missing: false,
  };
}

function applyEvent(state: State, event: EventMessage): State {
  const known = state.cursor === null ? null : readCursor(state.cursor);
  const next = readCursor(event.cursor);
  // Sequences are comparable within one journal only.
  if (known !== null && next !== null && known.journal === next.journal && event.sequence <= known.sequence)
    return state;
  const { sequence, at, pool, kind, sentence } = event;
  return {
    ...state,
    cursor: event.cursor,
    pools: replacePool(state.pools, event.state),
    changes: event.change ? recordChange(state.changes, event.change) : state.changes,
    events: append(state.events, { sequence, at, pool, kind, sentence, enforced: wasDone(event) }, bounds.events),
  };
}

function applyLog(state: State, line: LogLine): State {
  const last = state.logs.at(-1);
  // A gateway that was restarted counts from the start again, but its lines are newer: only older ones are doubles.
  if (last && line.sequence <= last.sequence && Date.parse(line.at) <= Date.parse(last.at)) return state;
  const entry = { ...line, id: state.nextLogId };
  return { ...state, logs: append(state.logs, entry, bounds.logs), nextLogId: state.nextLogId + 1 };
}

function applyFigures(state: State, figures: Figures, heardAt: number): State {
  const last = state.figures.at(-1);
  if (last && Date.parse(figures.at) <= Date.parse(last.at)) return state;
  return {
    ...state,
    figures: append(state.figures, figures, bounds.figures),
    clockOffsetMs: offset(state.clockOffsetMs, figures.at, heardAt),
  };
}

function replacePool(pools: readonly Pool[], pool: Pool): readonly Pool[] {
  return pools.some((known) => known.id === pool.id)
    ? pools.map((known) => (known.id === pool.id ? pool : known))
    : [...pools, pool];
}

/** A change is told twice: when it happens, and when its figures are known. The second replaces the first. */
function recordChange(changes: readonly Change[], change: Change): readonly Change[] {
  const same = (known: Change) => known.pool === change.pool && known.epoch === change.epoch && known.at === change.at;
  return changes.some(same)
    ? changes.map((known) => (same(known) ? change : known))
    : [change, ...changes].slice(0, bounds.changes);
}

function append<T>(list: readonly T[], item: T, bound: number): readonly T[] {
  return [...(list.length >= bound ? list.slice(list.length - bound + 1) : list), item];
}

/** The older part of `before`, then all of `after`. */
function joinByTime<T extends { readonly at: string }>(
  before: readonly T[],
  after: readonly T[],
  bound: number,
): readonly T[] {
  const first = after[0];
  if (first === undefined) return before;
  const start = Date.parse(first.at);
  return [...before.filter((item) => Date.parse(item.at) < start), ...after].slice(-bound);
}

/** Moves only for a real difference: an offset that follows every message's travel time would make ages tremble. */
function offset(current: number, at: string, heardAt: number): number {
  const seen = Date.parse(at) - heardAt;
  return Number.isFinite(seen) && Math.abs(seen - current) > 1500 ? seen : current;
}
