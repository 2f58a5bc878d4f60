import type { Change, EventLine, Figures, Gateway, LogLine, Pool } from "./contract.ts";

/** A log line with a number of the page's own: the gateway's sequence starts again when the gateway does. */
export type LogEntry = LogLine & { readonly id: number };

/** Everything the page knows about the gateway. Replaced, never changed in place. */
export interface State {
  readonly cursor: string | null;
  readonly gateway: Gateway | null;
  readonly pools: readonly Pool[];
  /** Newest first. */
  readonly changes: readonly Change[];
  /** Oldest first, as are logs and figures. */
  readonly events: readonly EventLine[];
  readonly logs: readonly LogEntry[];
  readonly figures: readonly Figures[];
  readonly nextLogId: number;
  /** The gateway's clock minus this machine's, so that "12 s ago" is right on a machine whose clock is not. */
  readonly clockOffsetMs: number;
  /** True between a gap and the snapshot that closes it. */
  readonly missing: boolean;
}

export const bounds = { changes: 200, events: 300, logs: 2000, figures: 300 } as const;

export const emptyState: State = {
  cursor: null,
  gateway: null,
  pools: [],
  changes: [],
  events: [],
  logs: [],
  figures: [],
  nextLogId: 0,
  clockOffsetMs: 0,
  missing: false,
};
