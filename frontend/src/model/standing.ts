import type { Backend, Pool } from "./contract.ts";
import { isDryRun } from "./dryRun.ts";
import { clock, count } from "./format.ts";

// How a backend stands, in few words. Words that have an end in sight say when it is, and what is waited for after it.

export interface Standing {
  readonly words: string;
  readonly title: string;
  /** When it ends by itself; null where no time is set. */
  readonly until: string | null;
  /** What to say once that time is over and the gateway has not said more. */
  readonly over: string;
}

const plain = (words: string, title = ""): Standing => ({ words, title, until: null, over: "" });

const roleWords = { active: "Active", standby: "Standby", out: "Out" } as const;

/** In a dry run the verdict and the requests go different ways; the word must not claim that they do not. */
export function roleWord(pool: Pool, backend: Backend): string {
  if (isDryRun(pool) && backend.admin === "in-service" && backend.role !== "active") {
    if (pool.active.split("+").includes(backend.id) && backend.role === "standby") return "Would serve";
    if (backend.role === "out") return "Would be out";
  }
  return roleWords[backend.role] ?? backend.role;
}

export function healthStanding(backend: Backend): Standing {
  const { trial, ejectedUntil } = backend;
  if (trial) {
    return plain(
      `on trial ${count(trial.passed)} of ${count(trial.wanted)}`,
      `A few requests are tried here: ${count(trial.wanted)} answered well in a row bring it back, one that fails ejects it again.`,
    );
  }
  if (!backend.ejected) return plain(backend.health);
  if (!ejectedUntil) return plain("down, ejected", "Requests failed here though its probe passes.");
  return {
    words: `ejected until ${clock(ejectedUntil)}`,
    title: "Requests failed here. After this time a few are tried again.",
    until: ejectedUntil,
    over: "waits for its probe",
  };
}

/** What operators, or the backend itself, have said about its service; the most final comes first. */
export function serviceStanding(backend: Backend, inFlight: number | undefined): Standing[] {
  const standings: Standing[] = [];
  if (backend.admin === "draining" && !backend.drained) {
    standings.push({
      words: `draining: ${count(inFlight ?? backend.inFlight)} under way`,
      title: "No new requests; what is still under way when the time is over is ended.",
      until: backend.drainUntil ?? null,
      over: "time is over",
    });
  } else if (backend.admin === "draining") standings.push(plain("drained", "Nothing is under way here any more."));
  else if (backend.admin !== "in-service") standings.push(plain(backend.admin));
  if (backend.leaving) standings.push(plain("leaving", "It asks for no new requests itself."));
  return standings;
}
