// The words on the wire, exactly as docs/reference/operator-api.md has them. Nothing here is invented by the page.

export interface Gateway {
  readonly name: string;
  readonly version: string;
  readonly startedAt: string;
  readonly demo: boolean;
  readonly faultsAllowed: boolean;
}

export type Condition = "steady" | "degraded" | "failing";
export type Role = "active" | "standby" | "out";
export type Health = "unknown" | "up" | "suspected" | "down";
export type Admin = "in-service" | "draining" | "disabled";
export type ChangeKind = "failover" | "switchover" | "failback";
export type Level = "debug" | "info" | "warn" | "error";

/** How far a backend on trial has come: requests in a row that were answered well, and how many bring it back. */
export interface Trial {
  readonly passed: number;
  readonly wanted: number;
}

// What has a question mark came later: an older gateway does not tell it.

export interface Backend {
  readonly id: string;
  readonly address: string;
  readonly tier: number;
  readonly role: Role;
  readonly health: Health;
  readonly ejected: boolean;
  readonly admin: Admin;
  readonly since: string;
  readonly reason: string;
  readonly trial?: Trial | null;
  /** Null once it is on trial, too. */
  readonly ejectedUntil?: string | null;
  /** By its own word it wants no new requests. */
  readonly leaving?: boolean;
  /** Draining is over: nothing is under way any more. */
  readonly drained?: boolean;
  readonly drainUntil?: string | null;
  /** At the time of the event; the figures have it every second. */
  readonly inFlight?: number;
  /** By an operator; the configuration does not name it. */
  readonly added?: boolean;
}

export interface Pool {
  readonly id: string;
  readonly epoch: number;
  readonly active: string;
  readonly activeTier: number;
  readonly activeSince: string;
  readonly cause: string;
  readonly sentence: string;
  readonly condition: Condition;
  readonly held: boolean;
  readonly pinned: boolean;
  /** False: a dry run. */
  readonly enforced?: boolean;
  /** Until then it makes no change by itself, because it has made too many. */
  readonly restsUntil?: string | null;
  readonly failbackDueAt: string | null;
  readonly backends: readonly Backend[];
}

export interface Change {
  readonly pool: string;
  readonly epoch: number;
  readonly at: string;
  readonly kind: ChangeKind;
  readonly from: string;
  readonly to: string;
  readonly cause: string;
  readonly sentence: string;
  readonly detectionMs: number | null;
  readonly failoverMs: number | null;
  readonly measured: boolean;
  readonly requests: number;
  readonly failed: number;
  readonly rescued: number;
  readonly errorRate: number;
}

export interface LogLine {
  readonly sequence: number;
  readonly at: string;
  readonly level: Level;
  readonly category: string;
  readonly message: string;
  readonly requestId: string | null;
}

export interface EventLine {
  readonly sequence: number;
  readonly at: string;
  readonly pool: string;
  readonly kind: string;
  readonly sentence: string;
  /** False: judged in a dry run, and not done. */
  readonly enforced?: boolean;
}

export interface BackendFigures {
  readonly id: string;
  readonly attempts: number;
  readonly failures: number;
  readonly inFlight: number;
  readonly probeMs: number | null;
  readonly probeOk: boolean | null;
}

/** Totals since the gateway's start, but for `held` and `budgetTokens`, which are of now. */
export interface AttemptFigures {
  /** By what the requests were rescued from; a newer gateway may know more reasons than this page. */
  readonly rescued: Readonly<Record<string, number>>;
  readonly hedgesWon: number;
  readonly hedgesLost: number;
  readonly held: number;
  readonly heldTotal: number;
  readonly budgetTokens: number;
  readonly budgetExhausted: number;
  readonly poison: number;
  readonly resumed: number;
}

export interface PoolFigures {
  readonly id: string;
  readonly requests: number;
  readonly failed: number;
  readonly rescued: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly backends: readonly BackendFigures[];
  /** Older gateways do not tell. */
  readonly attempts?: AttemptFigures | null;
}

export interface Figures {
  readonly at: string;
  readonly pools: readonly PoolFigures[];
}

export interface Snapshot {
  readonly type: "snapshot";
  readonly cursor: string;
  readonly at: string;
  readonly gateway: Gateway;
  readonly pools: readonly Pool[];
  readonly changes: readonly Change[];
  readonly logs: readonly LogLine[];
  readonly events: readonly EventLine[];
  readonly figures: readonly Figures[];
}

export interface EventMessage {
  readonly type: "event";
  readonly cursor: string;
  readonly sequence: number;
  readonly at: string;
  readonly pool: string;
  readonly kind: string;
  readonly sentence: string;
  readonly enforced?: boolean;
  readonly state: Pool;
  readonly change: Change | null;
}

export type Message =
  | Snapshot
  | EventMessage
  | { readonly type: "log"; readonly line: LogLine }
  | { readonly type: "figures"; readonly figures: Figures }
  | { readonly type: "gap" };

export const faultModes = [
  "exit",
  "hang",
  "error",
  "slow",
  "reset",
  "forbidden",
  "truncate",
  "unhealthy",
  "drain",
] as const;
export type FaultMode = (typeof faultModes)[number];
