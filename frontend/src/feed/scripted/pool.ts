import type { Backend, Change, ChangeKind, FaultMode, Level, Pool, PoolFigures } from "../../model/contract.ts";
import { ScriptedAttempts } from "./attempts.ts";

// A pool that behaves like one behind a real gateway, as far as the page can see: faults are detected after a moment,
// changes are measured for some seconds, the preferred backend is given its work back after a stable time. Where it
// lies: nothing is proxied, all numbers are drawn, and verdicts need no quorum.

export interface Stage {
  now(): number;
  random(): number;
  later(delayMs: number, run: () => void): void;
  event(pool: Pool, kind: string, sentence: string, change: Change | null): void;
  log(level: Level, category: string, message: string): void;
}

const stableMs = 5000;
const measureMs = 4000;
const iso = (at: number) => new Date(at).toISOString();

export class ScriptedPool {
  state: Pool;
  private readonly stage: Stage;
  private readonly faults = new Map<string, FaultMode>();
  private readonly attempts = new ScriptedAttempts();
  private disturbedUntil = 0;

  constructor(stage: Stage, id: string, names: readonly string[]) {
    this.stage = stage;
    const since = iso(stage.now());
    const backends = names.map((name, tier): Backend => ({
      id: name,
      address: `http://${name}:${9001 + tier}/`,
      tier,
      role: tier === 0 ? "active" : "standby",
      health: "up",
      ejected: false,
      admin: "in-service",
      since,
      reason: "2 probes in a row passed.",
    }));
    this.state = {
      id,
      epoch: 1,
      active: names[0] ?? "",
      activeTier: 0,
      activeSince: since,
      cause: "start",
      sentence: `${names[0]} is preferred and passes its probes.`,
      condition: "steady",
      held: false,
      pinned: false,
      failbackDueAt: null,
      backends,
    };
  }

  backend(id: string): Backend | undefined {
    return this.state.backends.find((backend) => backend.id === id);
  }

  fail(id: string, mode: FaultMode): void {
    this.faults.set(id, mode);
    this.disturbedUntil = this.stage.now() + 1200;
    this.stage.log("warn", "Gateway.Operators", `fault ${mode} injected into ${id}`);
    const detection = mode === "exit" || mode === "reset" ? 41 : 380;
    this.stage.later(detection, () => {
      if (!this.faults.has(id)) return;
      const why = reasons[mode].replace("{}", id);
      this.update(id, { health: "down", role: "out", ejected: mode !== "exit" && mode !== "unhealthy", reason: why });
      this.tell("BackendDown", `${id} is down: ${why}`);
      if (this.state.active === id) this.failOver(id, why, detection);
      else this.settle("BackendDown");
    });
  }

  recover(id: string): void {
    if (!this.faults.delete(id)) return;
    this.stage.log("info", "Gateway.Probing", `${id} answers again, 1 of 2 probes passed`);
    this.stage.later(1000, () => {
      if (this.faults.has(id)) return;
      this.update(id, {
        health: "up",
        role: this.state.active === id ? "active" : "standby",
        ejected: false,
        reason: "2 probes in a row passed.",
      });
      this.tell("BackendUp", `${id} is up again: 2 probes in a row passed.`);
      this.settle("PoolSettled");
      const nobody = this.state.condition === "failing";
      if (nobody) this.change("failover", id, "probe-failed", `${id} is the first backend that can serve again.`, 12);
      else this.planFailback();
    });
  }

  switchOver(id: string): void {
    this.state = { ...this.state, pinned: true, failbackDueAt: null };
    this.change("switchover", id, "operator", `An operator chose ${id}.`, null);
  }

  failBack(cause: "operator" | "preferred"): void {
    const preferred = this.state.backends.find((backend) => backend.health === "up" && backend.admin === "in-service");
    this.state = { ...this.state, pinned: false, failbackDueAt: null };
    if (!preferred || preferred.id === this.state.active) return;
    const why = cause === "operator" ? "an operator asked for it" : `it has been stable for ${stableMs / 1000} s`;
    this.change("failback", preferred.id, cause, `${preferred.id} is preferred and serves again: ${why}.`, null);
  }

  hold(held: boolean): void {
    this.state = { ...this.state, held, failbackDueAt: null };
    this.tell(
      held ? "Held" : "Released",
      held ? "An operator holds the pool: nothing changes by itself." : "The hold was ended by an operator.",
    );
    if (!held) this.planFailback();
  }

  administer(id: string, admin: Backend["admin"]): void {
    const down = this.backend(id)?.health === "down";
    const role = admin === "in-service" && !down ? "standby" : "out";
    this.update(id, {
      admin,
      role: admin === "in-service" && this.state.active === id ? "active" : role,
      reason: admin === "in-service" ? "Enabled by an operator." : `An operator set it to ${admin}.`,
    });
    this.tell("BackendAdministered", `${id} is ${admin}.`);
    const next = this.state.backends.find((backend) => backend.role === "standby");
    if (role === "out" && this.state.active === id && next) {
      this.change(
        "switchover",
        next.id,
        admin === "draining" ? "drained" : "disabled",
        `${next.id} serves because ${id} is ${admin}.`,
        null,
      );
    } else this.settle("PoolSettled");
  }

  /** The figures of the second that ends now. */
  figures(): PoolFigures {
    const { random } = this.stage;
    const disturbed = this.stage.now() < this.disturbedUntil;
    const dead = this.state.condition === "failing";
    const requests = Math.round(430 + 45 * Math.sin(this.stage.now() / 19_000) + 24 * random());
    const rescued = disturbed && !dead ? Math.round(18 + 20 * random()) : 0;
    const failed = dead ? requests : disturbed ? Math.round(3 * random()) : random() < 0.015 ? 1 : 0;
    const base = this.state.activeTier === 0 ? 2.1 : 3.4;
    return {
      id: this.state.id,
      requests,
      failed,
      rescued,
      p50Ms: dead ? null : base + 0.6 * random() + (disturbed ? 4 : 0),
      p99Ms: dead ? null : base * 5 + 6 * random() * random() + (disturbed ? 120 + 160 * random() : 0),
      backends: this.state.backends.map((backend) => {
        const serves = backend.id === this.state.active && !dead;
        const broken = this.faults.has(backend.id);
        const attempts = serves ? requests : disturbed && broken ? rescued + failed : 0;
        return {
          id: backend.id,
          attempts,
          failures: broken ? attempts : 0,
          inFlight: serves ? Math.round(1 + 3 * random()) : 0,
          probeMs: broken ? null : 0.7 + 0.8 * random() + backend.tier,
          probeOk: !broken,
        };
      }),
      attempts: this.attempts.after(rescued, [...this.faults.values()].at(-1), dead ? Math.round(requests / 2) : 0),
    };
  }

  private failOver(from: string, why: string, detectionMs: number): void {
    const next = this.state.backends.find((backend) => backend.role === "standby" && backend.health === "up");
    if (this.state.held || !next) {
      this.state = {
        ...this.state,
        condition: "failing",
        sentence: this.state.held
          ? `${from} is down and an operator holds the pool.`
          : `No backend can serve: every backend is down.`,
      };
      this.tell("PoolFailing", this.state.sentence);
      this.stage.log(
        "error",
        "Gateway.Failover",
        `failover of ${this.state.id} is not possible: ${this.state.sentence}`,
      );
      return;
    }
    this.change("failover", next.id, "probe-failed", `${next.id} serves because ${from} is down: ${why}`, detectionMs);
  }

  private change(kind: ChangeKind, to: string, cause: string, sentence: string, detectionMs: number | null): void {
    const from = this.state.active;
    const at = iso(this.stage.now());
    this.disturbedUntil = Math.max(this.disturbedUntil, this.stage.now() + (kind === "failover" ? 900 : 0));
    this.state = {
      ...this.state,
      epoch: this.state.epoch + 1,
      active: to,
      activeSince: at,
      cause,
      sentence,
      activeTier: this.backend(to)?.tier ?? 0,
      backends: this.state.backends.map((backend) => ({
        ...backend,
        role:
          backend.id === to
            ? "active"
            : backend.health === "down" || backend.admin !== "in-service"
              ? "out"
              : "standby",
      })),
    };
    this.judge();
    const change: Change = {
      pool: this.state.id,
      epoch: this.state.epoch,
      at,
      kind,
      from,
      to,
      cause,
      sentence,
      detectionMs,
      failoverMs: null,
      measured: false,
      requests: 0,
      failed: 0,
      rescued: 0,
      errorRate: 0,
    };
    this.tell("ActiveChanged", sentence, change);
    this.stage.log(
      kind === "failover" ? "warn" : "info",
      "Gateway.Failover",
      `failover ${this.state.id}: ${kind} ${from} -> ${to}, epoch ${this.state.epoch}. ${sentence}`,
    );
    this.stage.later(measureMs, () => this.measured(change));
  }

  private measured(change: Change): void {
    const unplanned = change.kind === "failover";
    const rescued = unplanned ? Math.round(24 + 20 * this.stage.random()) : 0;
    const full = {
      ...change,
      measured: true,
      requests: 1800 + Math.round(90 * this.stage.random()),
      rescued,
      failoverMs: unplanned ? 7.4 + 6 * this.stage.random() : 2.1 + this.stage.random(),
    };
    this.tell(
      "ChangeMeasured",
      unplanned
        ? `The failover to ${change.to} cost 0 of ${full.requests} requests, ${rescued} were rescued.`
        : `The ${change.kind} to ${change.to} cost 0 of ${full.requests} requests.`,
      full,
    );
  }

  private planFailback(): void {
    const preferred = this.state.backends[0];
    if (!preferred || preferred.health !== "up" || preferred.admin !== "in-service") return;
    if (preferred.id === this.state.active || this.state.held || this.state.pinned) return;
    const due = this.stage.now() + stableMs;
    this.state = { ...this.state, failbackDueAt: iso(due) };
    this.tell(
      "FailbackPlanned",
      `${preferred.id} is up again and gets its work back if it stays so for ${stableMs / 1000} s.`,
    );
    this.stage.later(stableMs, () => {
      if (this.state.failbackDueAt === iso(due)) this.failBack("preferred");
    });
  }

  private settle(kind: string): void {
    const before = this.state.condition;
    this.judge();
    if (before !== this.state.condition) this.tell(kind, `${this.state.id} is ${this.state.condition}.`);
  }

  private judge(): void {
    const active = this.backend(this.state.active);
    const standby = this.state.backends.some((backend) => backend.role === "standby");
    const condition =
      active?.health === "down" ? "failing" : this.state.activeTier === 0 && standby ? "steady" : "degraded";
    this.state = { ...this.state, condition };
  }

  private update(id: string, change: Partial<Backend>): void {
    this.state = {
      ...this.state,
      backends: this.state.backends.map((backend) =>
        backend.id === id ? { ...backend, ...change, since: iso(this.stage.now()) } : backend,
      ),
    };
  }

  private tell(kind: string, sentence: string, change: Change | null = null): void {
    this.stage.event(this.state, kind, sentence, change);
  }
}

const reasons: Record<FaultMode, string> = {
  exit: "its connection was closed and every address refuses new ones.",
  hang: "5 requests on 3 routes are silent, and secondary answers such requests at once.",
  error: "5 requests in a row were answered 500.",
  slow: "5 requests crossed 8 times their usual time.",
  reset: "5 connections in a row were reset.",
  forbidden: "5 requests in a row were answered 403.",
  truncate: "5 answers in a row broke off half-way.",
  unhealthy: "2 probes in a row were answered 503.",
};
