import type { AttemptFigures, Backend, Change, EventMessage, Figures, LogLine, Pool, Snapshot } from "./contract.ts";

// Small well-formed messages for tests; each test changes only what it is about.

export const at = (seconds: number): string => new Date(Date.UTC(2026, 10, 21, 10, 0, seconds)).toISOString();

export const backend = (id: string, more: Partial<Backend> = {}): Backend => ({
  id,
  address: `http://${id}/`,
  tier: id === "primary" ? 0 : 1,
  role: id === "primary" ? "active" : "standby",
  health: "up",
  ejected: false,
  admin: "in-service",
  since: at(0),
  reason: "2 probes in a row passed.",
  trial: null,
  ejectedUntil: null,
  leaving: false,
  drained: false,
  drainUntil: null,
  inFlight: 0,
  added: false,
  ...more,
});

export const pool = (more: Partial<Pool> = {}): Pool => ({
  id: "api",
  epoch: 1,
  active: "primary",
  activeTier: 0,
  activeSince: at(0),
  cause: "start",
  sentence: "primary is preferred.",
  condition: "steady",
  held: false,
  pinned: false,
  enforced: true,
  restsUntil: null,
  failbackDueAt: null,
  backends: [backend("primary"), backend("secondary")],
  ...more,
});

export const change = (more: Partial<Change> = {}): Change => ({
  pool: "api",
  epoch: 2,
  at: at(10),
  kind: "failover",
  from: "primary",
  to: "secondary",
  cause: "probe-failed",
  sentence: "primary is down.",
  detectionMs: 41,
  failoverMs: null,
  measured: false,
  requests: 0,
  failed: 0,
  rescued: 0,
  errorRate: 0,
  ...more,
});

export const line = (sequence: number, more: Partial<LogLine> = {}): LogLine => ({
  sequence,
  at: at(sequence),
  level: "info",
  category: "Gateway.Failover",
  message: `line ${sequence}`,
  requestId: null,
  ...more,
});

export const attempts = (more: Partial<AttemptFigures> = {}): AttemptFigures => ({
  rescued: { connect: 0, timeout: 0, broken: 0, status: 0, silent: 0, verdict: 0, "broke-off": 0 },
  hedgesWon: 0,
  hedgesLost: 0,
  held: 0,
  heldTotal: 0,
  budgetTokens: 513,
  budgetExhausted: 0,
  poison: 0,
  resumed: 0,
  ...more,
});

export const figures = (second: number, more: Partial<Figures["pools"][number]> = {}): Figures => ({
  at: at(second),
  pools: [
    {
      id: "api",
      requests: 100,
      failed: 0,
      rescued: 0,
      p50Ms: 2,
      p99Ms: 9,
      ...more,
      backends: [{ id: "primary", attempts: 100, failures: 0, inFlight: 1, probeMs: 1, probeOk: true }],
    },
  ],
});

export const snapshot = (sequence: number, more: Partial<Snapshot> = {}): Snapshot => ({
  type: "snapshot",
  cursor: `j:${sequence}`,
  at: at(sequence),
  gateway: { name: "gateway-1", version: "1", startedAt: at(0), demo: true, faultsAllowed: true },
  pools: [pool()],
  changes: [],
  logs: [],
  events: [],
  figures: [],
  ...more,
});

export const event = (sequence: number, more: Partial<EventMessage> = {}): EventMessage => ({
  type: "event",
  cursor: `j:${sequence}`,
  sequence,
  at: at(sequence),
  pool: "api",
  kind: "ActiveChanged",
  sentence: "something happened",
  state: pool({ epoch: sequence }),
  change: null,
  ...more,
});
