import type { Backend, Change, FaultMode, Level, Pool } from "../../model/contract.ts";

// What a scripted pool plays on, and the words that it has for what breaks.

export interface Stage {
  now(): number;
  random(): number;
  later(delayMs: number, run: () => void): void;
  event(pool: Pool, kind: string, sentence: string, change: Change | null, enforced: boolean): void;
  log(level: Level, category: string, message: string): void;
}

/** What those who make backends better or worse may do with a pool. */
export interface Ward {
  readonly stage: Stage;
  backend(id: string): Backend | undefined;
  isBroken(id: string): boolean;
  update(id: string, change: Partial<Backend>): void;
  tell(kind: string, sentence: string, enforced?: boolean): void;
  cameUp(id: string, why: string): void;
}

export const iso = (at: number): string => new Date(at).toISOString();

export const reasons: Record<FaultMode, string> = {
  exit: "its connection was closed and every address refuses new ones.",
  hang: "5 requests on 3 routes are silent, and secondary answers such requests at once.",
  error: "5 requests in a row were answered 500.",
  slow: "5 requests crossed 8 times their usual time.",
  reset: "5 connections in a row were reset.",
  forbidden: "5 requests in a row were answered 403.",
  truncate: "5 answers in a row broke off half-way.",
  unhealthy: "2 probes in a row were answered 503.",
  drain: "it asks for no new requests.",
};
