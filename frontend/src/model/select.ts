import type { Backend, BackendFigures, Change, Figures, Pool, PoolFigures } from "./contract.ts";
import { isHypothetical } from "./dryRun.ts";
import type { State } from "./state.ts";

// Questions that views ask. Pure; each takes no more of the state than it needs.

export const poolOf = (state: State, id: string): Pool | undefined => state.pools.find((pool) => pool.id === id);

/** The tier that serves when all is well: the first with a backend that an operator has not taken out. */
export function preferredTier(pool: Pool): number {
  const inService = pool.backends.filter((backend) => backend.admin === "in-service");
  return Math.min(...(inService.length > 0 ? inService : pool.backends).map((backend) => backend.tier));
}

export const isFit = (backend: Backend): boolean =>
  backend.admin === "in-service" &&
  !backend.ejected &&
  !backend.leaving &&
  (backend.health === "up" || backend.health === "suspected");

/** The largest words on the page. */
export function headline(pool: Pool): string {
  if (pool.condition === "failing") return "No backend can serve";
  const names = pool.active.split("+");
  if (isHypothetical(pool)) return `${listNames(names)} would serve`;
  return `${listNames(names)} ${names.length > 1 ? "are" : "is"} serving`;
}

export function listNames(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** The condition in a few words that also say which of its two reasons "degraded" has. */
export function conditionText(pool: Pool): string {
  switch (pool.condition) {
    case "steady":
      return "Steady";
    case "failing":
      return "Failing";
    case "degraded":
      return pool.activeTier > Math.min(...pool.backends.map((backend) => backend.tier))
        ? "Degraded: on the standby"
        : "Degraded: no fit standby";
  }
}

export function latestFigures(figures: readonly Figures[], pool: string): PoolFigures | undefined {
  return figures.at(-1)?.pools.find((item) => item.id === pool);
}

export const backendFigures = (figures: PoolFigures | undefined, backend: string): BackendFigures | undefined =>
  figures?.backends.find((item) => item.id === backend);

/** Attempts in each of the last `seconds` seconds, oldest first; null where nothing was heard. */
export function attemptsHistory(
  figures: readonly Figures[],
  pool: string,
  backend: string,
  seconds: number,
): (number | null)[] {
  return figures.slice(-seconds).map(
    (second) =>
      backendFigures(
        second.pools.find((item) => item.id === pool),
        backend,
      )?.attempts ?? null,
  );
}

/** Seconds since 1970, p50 ms, p99 ms, errors in percent, requests: columns as uPlot wants them. */
export type ChartColumns = [number[], (number | null)[], (number | null)[], (number | null)[], (number | null)[]];

const gapMs = 2500;

export function chartColumns(figures: readonly Figures[], pool: string): ChartColumns {
  const columns: ChartColumns = [[], [], [], [], []];
  let previous = Number.NaN;
  for (const second of figures) {
    const at = Date.parse(second.at);
    const row = second.pools.find((item) => item.id === pool);
    // An empty row breaks the line where seconds are missing: a line across them would claim they were well.
    if (at - previous > gapMs) push(columns, (previous + at) / 2000, undefined);
    push(columns, at / 1000, row);
    previous = at;
  }
  return columns;
}

function push(columns: ChartColumns, at: number, row: PoolFigures | undefined): void {
  columns[0].push(at);
  columns[1].push(row?.p50Ms ?? null);
  columns[2].push(row?.p99Ms ?? null);
  columns[3].push(row && row.requests > 0 ? (row.failed / row.requests) * 100 : null);
  columns[4].push(row?.requests ?? null);
}

export interface Marker {
  readonly at: number;
  readonly label: string;
  readonly to: string;
  readonly kind: Change["kind"];
}

/** The changes of `pool` since `from` (milliseconds), oldest first, as lines on the chart. */
export function markers(
  changes: readonly Change[],
  pool: string,
  from: number,
  isUndone: (change: Change) => boolean = () => false,
): Marker[] {
  return changes
    .filter((change) => change.pool === pool && Date.parse(change.at) >= from)
    .map((change): Marker => ({
      at: Date.parse(change.at) / 1000,
      label: `${isUndone(change) ? "dry run: " : ""}${change.kind} → ${change.to}`,
      to: change.to,
      kind: change.kind,
    }))
    .reverse();
}

/** The change that made the present verdict; none for the one that the pool started with. */
export const presentChange = (changes: readonly Change[], pool: Pool): Change | undefined =>
  changes.find((change) => change.pool === pool.id && change.epoch === pool.epoch);

/** The gateway's time now, by this machine's clock. */
export const gatewayNow = (state: State, now: number): number => now + state.clockOffsetMs;
