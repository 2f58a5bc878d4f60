import {
  faultModes,
  type EventLine,
  type Change,
  type Figures,
  type Gateway,
  type Level,
  type LogLine,
  type Message,
  type Pool,
} from "../../model/contract.ts";
import type { Answer, Command, Operator } from "../../operate/api.ts";
import type { Listener, OpenSession } from "../watch.ts";
import { ScriptedPool } from "./pool.ts";
import type { Stage } from "./stage.ts";
import { putIntoStates, states } from "./states.ts";

// A gateway inside the page, for development, for looking at the design and for the unit tests. It speaks the same
// messages and takes the same commands. `?demo` is a calm pool after one outage; `?demo=pools` has two pools,
// `?demo=storm` 200 log lines a second, `?demo=lost` loses its connection after eight seconds for twenty,
// `?demo=down` never answers, `?demo=locked` allows no faults, `?demo=dry` judges without acting, `?demo=states` has a
// pool that rests and a backend in each of the states that a backend can be in.

const historyMs = 290_000;
const restartSeconds = 8;

export class ScriptedGateway {
  readonly gateway: Gateway;
  private readonly pools: ScriptedPool[];
  private readonly duties: { at: number; run: () => void }[] = [];
  private readonly listeners = new Set<Listener>();
  private readonly logs: LogLine[] = [];
  private readonly events: EventLine[] = [];
  private readonly figures: Figures[] = [];
  private changes: Change[] = [];
  private clock: number;
  private sequence = 0;
  private logSequence = 0;
  private seed = 7;
  private readonly storm: boolean;

  constructor(scenario: string, now: number) {
    this.clock = now - historyMs;
    this.storm = scenario === "storm";
    this.gateway = {
      name: "gateway-1",
      version: "0.1.0",
      startedAt: new Date(this.clock).toISOString(),
      demo: true,
      faultsAllowed: scenario !== "locked",
    };
    const stage: Stage = {
      now: () => this.clock,
      random: () => this.random(),
      later: (delayMs, run) => void this.duties.push({ at: this.clock + delayMs, run }),
      event: (pool, kind, sentence, change, enforced) => this.event(pool, kind, sentence, change, enforced),
      log: (level, category, message) => this.log(level, category, message),
    };
    const names = scenario === "states" ? Object.keys(states) : ["primary", "secondary"];
    this.pools = [new ScriptedPool(stage, "api", names, scenario !== "dry")];
    if (scenario === "pools") this.pools.push(new ScriptedPool(stage, "orders", ["orders-a", "orders-b", "orders-c"]));
    this.log("info", "Gateway.Host", "listening on http://localhost:8021, 2 backends");
    stage.later(95_000, () => this.pools[0]?.fail(names[0] ?? "", "exit"));
    stage.later(118_000, () => this.pools[0]?.recover(names[0] ?? ""));
    if (scenario === "dry") stage.later(historyMs - 20_000, () => this.pools[0]?.fail("primary", "error"));
    if (scenario === "states") stage.later(historyMs - 3000, () => this.pools[0] && putIntoStates(this.pools[0]));
    this.advanceTo(now);
  }

  open: OpenSession = (_, listener) => {
    this.listeners.add(listener);
    queueMicrotask(() => listener.message(this.snapshot()));
    return { close: () => void this.listeners.delete(listener) };
  };

  /** Plays everything that happens until `now`, at most a tenth of a second at a time. */
  advanceTo(now: number): void {
    while (this.clock < now) {
      const next = Math.min(now, this.clock + 100);
      const second = Math.floor(next / 1000) > Math.floor(this.clock / 1000);
      this.clock = next;
      for (const due of this.duties.filter((duty) => duty.at <= next)) {
        this.duties.splice(this.duties.indexOf(due), 1);
        due.run();
      }
      this.chatter();
      if (second) this.tick();
    }
  }

  command(command: Command): Answer {
    const pool = this.pools.find((item) => item.state.id === command.pool);
    if (!pool) return { accepted: false, sentence: `There is no pool ${command.pool}.` };
    if ("expectedEpoch" in command && command.expectedEpoch !== pool.state.epoch) {
      return {
        accepted: false,
        sentence: `${command.pool} is at epoch ${pool.state.epoch}, not ${command.expectedEpoch}: look again.`,
      };
    }
    switch (command.do) {
      case "switchover":
        pool.switchOver(command.to);
        break;
      case "failback":
        pool.failBack("operator");
        break;
      case "hold":
      case "release":
        pool.hold(command.do === "hold");
        break;
      case "drain":
        pool.administer(command.backend, "draining", durationMs(command.within));
        break;
      case "disable":
        pool.administer(command.backend, "disabled");
        break;
      case "enable":
        pool.administer(command.backend, "in-service");
        break;
      case "reset":
        pool.reset(command.backend);
        break;
      case "recover":
        pool.recover(command.backend);
        break;
      case "fail": {
        pool.fail(command.backend, command.mode);
        // As in the demo, a process that ended is started again after a while even if nobody mends it.
        const lasts = durationMs(command.for) ?? (command.mode === "exit" ? restartSeconds * 1000 : 0);
        if (lasts > 0) this.duties.push({ at: this.clock + lasts, run: () => pool.recover(command.backend) });
        return {
          accepted: true,
          sentence: `${command.backend} was told to ${faultModes.includes(command.mode) ? command.mode : "fail"}.`,
        };
      }
    }
    return { accepted: true, sentence: `${command.do} was accepted.` };
  }

  snapshot(): Message {
    return {
      type: "snapshot",
      cursor: `scripted:${this.sequence}`,
      at: new Date(this.clock).toISOString(),
      gateway: this.gateway,
      pools: this.pools.map((pool) => pool.state),
      changes: this.changes.slice(0, 100),
      logs: this.logs.slice(-500),
      events: this.events.slice(-200),
      figures: this.figures.slice(-300),
    };
  }

  private tick(): void {
    const figures = { at: new Date(this.clock).toISOString(), pools: this.pools.map((pool) => pool.figures()) };
    this.figures.push(figures);
    this.send({ type: "figures", figures });
  }

  private event(state: Pool, kind: string, sentence: string, change: Change | null, enforced: boolean): void {
    const at = new Date(this.clock).toISOString();
    const line = { sequence: ++this.sequence, at, pool: state.id, kind, sentence, enforced };
    this.events.push(line);
    if (change)
      this.changes = [
        change,
        ...this.changes.filter((known) => known.epoch !== change.epoch || known.pool !== change.pool),
      ];
    this.send({ type: "event", cursor: `scripted:${this.sequence}`, ...line, state, change });
  }

  private log(level: Level, category: string, message: string, requestId: string | null = null): void {
    const line = {
      sequence: ++this.logSequence,
      at: new Date(this.clock).toISOString(),
      level,
      category,
      message,
      requestId,
    };
    this.logs.push(line);
    if (this.logs.length > 600) this.logs.splice(0, 100);
    this.send({ type: "log", line });
  }

  private chatter(): void {
    const lines = this.storm ? 20 : this.random() < 0.12 ? 1 : 0;
    for (let index = 0; index < lines; index++) {
      const [level, category, message] = sayings[Math.floor(this.random() * sayings.length)] ?? sayings[0]!;
      this.log(
        level,
        category,
        message,
        this.random() < 0.5
          ? `0HN${Math.floor(this.random() * 1e9)
              .toString(36)
              .toUpperCase()}`
          : null,
      );
    }
  }

  private send(message: Message): void {
    for (const listener of [...this.listeners]) listener.message(message);
  }

  /** The same numbers at every run (mulberry32). */
  private random(): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
}

/** `30s`, `5m` or `500ms`; null for anything else. */
function durationMs(text: string | undefined): number | null {
  const [, number, unit] = /^(\d+)(ms|s|m)$/.exec(text ?? "") ?? [];
  return number === undefined ? null : Number(number) * (unit === "m" ? 60_000 : unit === "s" ? 1000 : 1);
}

const sayings: [Level, string, string][] = [
  ["info", "Gateway.Attempts", "GET /api/data 200 in 2.4 ms, 1 attempt"],
  ["info", "Gateway.Attempts", "POST /api/orders 201 in 5.1 ms, 1 attempt"],
  ["debug", "Gateway.Probing", "probe of secondary passed in 1.9 ms"],
  ["debug", "Gateway.Probing", "probe of primary passed in 0.8 ms"],
  ["debug", "Gateway.Engine", "pool api: primary stays active, nothing to do"],
  [
    "info",
    "Gateway.Attempts",
    "GET /api/search?q=<img src=x onerror=alert(1)>&next=<script>alert(2)</script> 200 in 3.0 ms",
  ],
];

/** Brings the scripted gateway to life: real time, and the connection trouble that the scenario asks for. */
export function scriptedGateway(scenario: string): { open: OpenSession; operator: Operator } {
  const gateway = new ScriptedGateway(scenario, Date.now());
  const born = Date.now();
  setInterval(() => gateway.advanceTo(Date.now()), 50);
  const away = () =>
    scenario === "down" || (scenario === "lost" && Date.now() - born > 8000 && Date.now() - born < 28_000);
  const open: OpenSession = (cursor, listener, attempt) => {
    if (away()) {
      const refusal = setTimeout(() => listener.ended("connection refused"), 20);
      return { close: () => clearTimeout(refusal) };
    }
    const session = gateway.open(cursor, listener, attempt);
    const guard = setInterval(() => {
      if (away()) listener.ended("the connection was closed");
    }, 200);
    return {
      close: () => {
        clearInterval(guard);
        session.close();
      },
    };
  };
  const operator: Operator = async (command) => {
    await new Promise((resolve) => setTimeout(resolve, 60));
    return gateway.command(command);
  };
  return { open, operator };
}
