import type { Backend, Change, ChangeKind, FaultMode, Pool, PoolFigures } from "../../model/contract.ts";
import { isFit } from "../../model/select.ts";
import { ScriptedAttempts } from "./attempts.ts";
import { ScriptedDrains } from "./drains.ts";
import { ScriptedEjections } from "./ejections.ts";
import { iso, reasons, type Stage, type Ward } from "./stage.ts";

// A pool that behaves like one behind a real gateway, as far as the page can see: faults are detected after a moment,
// changes are measured for some seconds, the preferred backend is given its work back after a stable time. Where it
// lies: nothing is proxied, all numbers are drawn, and verdicts need no quorum.

const stableMs = 5000;
const measureMs = 4000;
const mostChanges = 6;
const restMs = 10 * 60_000;

export class ScriptedPool implements Ward {
  state: Pool;
  readonly stage: Stage;
  private readonly ejections = new ScriptedEjections(this);
  private readonly drains = new ScriptedDrains(this);
  /** Changes that nobody asked for, since somebody last released the pool. */
  private changes = 0;
  private readonly faults = new Map<string, FaultMode>();
  private readonly attempts = new ScriptedAttempts();
  private disturbedUntil = 0;
  private obeyedId = "";

  constructor(stage: Stage, id: string, names: readonly string[], enforced = true) {
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
      trial: null,
      ejectedUntil: null,
      leaving: false,
      drained: false,
      drainUntil: null,
      inFlight: 0,
      added: false,
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
      enforced,
      restsUntil: null,
      failbackDueAt: null,
      backends,
    };
  }

  backend(id: string): Backend | undefined {
    return this.state.backends.find((backend) => backend.id === id);
  }

  isBroken(id: string): boolean {
    return this.faults.has(id) && this.faults.get(id) !== "drain";
  }

  fail(id: string, mode: FaultMode): void {
    this.faults.set(id, mode);
    this.disturbedUntil = this.stage.now() + 1200;
    this.stage.log("warn", "Gateway.Operators", `fault ${mode} injected into ${id}`);
    if (mode === "drain") return this.stage.later(300, () => this.leave(id, true));
    const detection = mode === "exit" || mode === "reset" ? 41 : 380;
    this.stage.later(detection, () => {
      if (!this.isBroken(id)) return;
      const why = reasons[mode].replace("{}", id);
      if (mode === "exit" || mode === "unhealthy") {
        this.update(id, { health: "down", reason: why });
        this.tell("BackendWentDown", `${id} is down: ${why}`);
      } else this.ejections.eject(id, why);
      if (this.state.active === id) this.failOver(id, why, detection);
      else this.settle();
    });
  }

  recover(id: string): void {
    const fault = this.faults.get(id);
    if (!this.faults.delete(id)) return;
    if (fault === "drain") return this.stage.later(300, () => this.leave(id, false));
    // What live traffic ejected comes back by its trials.
    if (this.backend(id)?.ejected) return;
    this.stage.log("info", "Gateway.Probing", `${id} answers again, 1 of 2 probes passed`);
    this.stage.later(1000, () => {
      if (!this.faults.has(id)) this.cameUp(id, "2 probes in a row passed.");
    });
  }

  cameUp(id: string, why: string): void {
    const nobody = this.state.condition === "failing";
    const reason = `${id} is up again: ${why}`;
    this.update(id, { health: "up", ejected: false, ejectedUntil: null, trial: null, reason });
    this.tell("BackendCameUp", reason);
    this.settle();
    if (nobody) this.change("failover", id, "probe-failed", `${id} is the first backend that can serve again.`, 12);
    else this.planFailback();
  }

  reset(id: string): void {
    this.ejections.forget(id);
    if (this.backend(id)?.ejected && !this.faults.has(id)) this.cameUp(id, "it was reset by an operator.");
  }

  /** The backend's own word, which is obeyed like an operator's unless the pool only judges. */
  private leave(id: string, leaving: boolean): void {
    if (Boolean(this.backend(id)?.leaving) === leaving) return;
    const reason = leaving
      ? `${id} is draining by its own word: it asks for no new requests (X-Failover-Drain).`
      : `${id} takes requests again by its own word.`;
    this.update(id, { leaving, reason });
    this.tell(leaving ? "BackendLeaving" : "BackendStays", reason);
    const next = this.standby();
    if (leaving && this.state.active === id && next)
      this.change("switchover", next.id, "leaving", `${id} asks for no new requests itself.`, null);
    else this.settle();
    if (!leaving) this.planFailback();
  }

  switchOver(id: string): void {
    this.state = { ...this.state, pinned: true, failbackDueAt: null };
    this.change("switchover", id, "operator", "an operator asked for the switchover.", null);
  }

  failBack(cause: "operator" | "preferred"): void {
    const preferred = this.state.backends.find(isFit);
    this.state = { ...this.state, pinned: false, failbackDueAt: null };
    if (!preferred || preferred.id === this.state.active) return;
    const why = cause === "operator" ? "an operator asked for it" : `it has been stable for ${stableMs / 1000} s`;
    this.change("failback", preferred.id, cause, `${preferred.id} is preferred: ${why}.`, null);
  }

  hold(held: boolean): void {
    this.state = { ...this.state, held, failbackDueAt: null, restsUntil: held ? (this.state.restsUntil ?? null) : null };
    if (!held) this.changes = 0;
    this.tell(
      held ? "HoldPlaced" : "HoldReleased",
      held ? "An operator holds the pool: nothing changes by itself." : "Released by an operator: it changes by itself again.",
      true,
    );
    if (!held) this.planFailback();
  }

  administer(id: string, admin: Backend["admin"], withinMs: number | null = null): void {
    const reason = admin === "in-service" ? "Enabled by an operator." : `An operator set it to ${admin}.`;
    this.update(id, { admin, drained: false, drainUntil: null, reason });
    if (admin === "draining") this.drains.begin(id, withinMs);
    this.tell("BackendAdminChanged", `${id} is ${admin}.`, true);
    const next = this.standby();
    if (admin !== "in-service" && this.state.active === id && next) {
      const cause = admin === "draining" ? "drained" : "disabled";
      this.change("switchover", next.id, cause, `an operator took ${id} out of service.`, null);
    } else this.settle();
    if (admin === "in-service") this.planFailback();
  }

  /** The figures of the second that ends now. */
  figures(): PoolFigures {
    const { random } = this.stage;
    const obeyed = this.obeyed();
    const disturbed = this.stage.now() < this.disturbedUntil || (this.isBroken(obeyed) && this.state.enforced === false);
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
        const serves = backend.id === obeyed && !dead;
        const broken = this.isBroken(backend.id);
        const attempts = serves ? requests : disturbed && broken ? rescued + failed : 0;
        return {
          id: backend.id,
          attempts,
          failures: broken ? Math.min(attempts, rescued + failed) : 0,
          inFlight: serves ? Math.round(1 + 3 * random()) : this.drains.underWay(backend.id),
          probeMs: broken ? null : 0.7 + 0.8 * random() + backend.tier,
          probeOk: !broken,
        };
      }),
      attempts: this.attempts.after(rescued, [...this.faults.values()].at(-1), dead ? Math.round(requests / 2) : 0),
    };
  }

  private failOver(from: string, why: string, detectionMs: number): void {
    const next = this.standby();
    if (next && !this.state.held && !this.state.restsUntil)
      return this.change("failover", next.id, "probe-failed", `${from} is down: ${why}`, detectionMs);
    this.state = {
      ...this.state,
      sentence: this.state.held
        ? `${from} is down and an operator holds the pool.`
        : next
          ? `${from} is down and the pool rests, because it has changed too often.`
          : "No backend can serve: every backend is down.",
    };
    this.judge();
    this.tell("PoolExhausted", this.state.sentence);
    this.stage.log("error", "Gateway.Failover", `no failover of ${this.state.id}: ${this.state.sentence}`);
  }

  private change(kind: ChangeKind, to: string, cause: string, why: string, detectionMs: number | null): void {
    const from = this.state.active;
    const sentence = `${this.state.id} moved from ${from} to ${to}: ${why}`;
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
    const asked = cause === "operator" || cause === "drained" || cause === "disabled";
    if (asked) this.obeyedId = to;
    this.judge();
    this.stage.event(this.state, "ActiveChanged", sentence, change, asked || this.state.enforced !== false);
    this.stage.log(
      kind === "failover" ? "warn" : "info",
      "Gateway.Failover",
      `failover ${this.state.id}: ${kind} ${from} -> ${to}, epoch ${this.state.epoch}. ${sentence}`,
    );
    this.stage.later(measureMs, () => this.measured(change));
    if (!asked && ++this.changes === mostChanges) this.rest(restMs);
  }

  /** It makes no change by itself for so long. */
  rest(forMs: number): void {
    const until = iso(this.stage.now() + forMs);
    this.state = { ...this.state, restsUntil: until, failbackDueAt: null };
    this.tell(
      "RestBegan",
      `${this.state.id} makes no change by itself for ${Math.round(forMs / 60_000)} min, because it has made ${mostChanges} within the hour.`,
    );
    this.stage.later(forMs, () => {
      if (this.state.restsUntil !== until) return;
      this.state = { ...this.state, restsUntil: null };
      this.changes = 0;
      this.tell("RestEnded", `${this.state.id} changes by itself again.`);
      this.planFailback();
    });
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
    const sentence = unplanned
      ? `The failover to ${change.to} cost 0 of ${full.requests} requests, ${rescued} were rescued.`
      : `The ${change.kind} to ${change.to} cost 0 of ${full.requests} requests.`;
    this.stage.event(this.state, "ChangeMeasured", sentence, full, this.state.enforced !== false);
  }

  private planFailback(): void {
    const preferred = this.state.backends[0];
    if (!preferred || !isFit(preferred) || preferred.id === this.state.active) return;
    if (this.state.held || this.state.pinned || this.state.restsUntil) return;
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

  private settle(): void {
    const before = this.state.condition;
    this.judge();
    if (before !== this.state.condition) this.tell("PoolSettled", `${this.state.id} is ${this.state.condition}.`);
  }

  private standby(): Backend | undefined {
    return this.state.backends.find((backend) => backend.id !== this.state.active && isFit(backend));
  }

  /** Who gets the requests: in a dry run the first that operators left in service, or whom they chose. */
  private obeyed(): string {
    if (this.state.enforced !== false) return this.state.active;
    const inService = this.state.backends.filter((backend) => backend.admin === "in-service");
    return (inService.find((backend) => backend.id === this.obeyedId) ?? inService[0])?.id ?? "";
  }

  /** Roles and condition, as they follow from everything else. */
  private judge(): void {
    const obeyed = this.obeyed();
    const backends = this.state.backends.map((backend): Backend => {
      const serves = backend.id === this.state.active && backend.id === obeyed;
      return { ...backend, role: !isFit(backend) ? "out" : serves ? "active" : "standby" };
    });
    const active = backends.find((backend) => backend.id === this.state.active);
    const standby = backends.some((backend) => backend.id !== this.state.active && isFit(backend));
    const serves = active !== undefined && isFit(active);
    const condition =
      !serves && !standby ? "failing" : serves && standby && this.state.activeTier === 0 ? "steady" : "degraded";
    this.state = { ...this.state, backends, condition };
  }

  update(id: string, change: Partial<Backend>): void {
    this.state = {
      ...this.state,
      backends: this.state.backends.map((backend) =>
        backend.id === id ? { ...backend, ...change, since: iso(this.stage.now()) } : backend,
      ),
    };
    const { condition } = this.state;
    this.judge();
    // Whether that changes how the pool is doing is said by whoever made the change, after it has said what it was.
    this.state = { ...this.state, condition };
  }

  tell(kind: string, sentence: string, enforced = this.state.enforced !== false): void {
    this.stage.event(this.state, kind, sentence, null, enforced);
  }
}
