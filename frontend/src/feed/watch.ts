import { readMessage } from "../model/read.ts";

// Keeps one feed open for as long as the page lives. Whatever ends it (a refused start, a stream that ends, an error,
// silence) leads to the same place: wait a little, start again with the last cursor. SignalR's own reconnect is not
// used, because it covers neither a first start nor a stream that ends, and two back-offs are harder to reason about.

export interface Listener {
  message(message: unknown): void;
  ended(why: string): void;
}

/** Opens one session, which reports until it has ended or was closed. `attempt` counts from 0 since the last good one. */
export type OpenSession = (cursor: string | null, listener: Listener, attempt: number) => { close(): void };

export interface Link {
  /** connecting: nothing heard yet, and no attempt has failed. */
  readonly phase: "connecting" | "live" | "lost";
  readonly lastHeardAt: number | null;
  readonly failures: number;
  readonly nextTryAt: number | null;
  readonly why: string | null;
}

export const firstLink: Link = { phase: "connecting", lastHeardAt: null, failures: 0, nextTryAt: null, why: null };

export const timing = {
  firstDelayMs: 250,
  longestDelayMs: 5000,
  /** The gateway sends figures every second, so this is four of them missing. */
  silenceMs: 4500,
  /** A session that lived shorter did not prove anything: the back-off goes on from where it was. */
  provenAfterMs: 3000,
} as const;

/** How long to wait after `failures` failures in a row (1 = the first). `random` is 0..1 and takes off up to a fifth. */
export function delayAfter(failures: number, random: number): number {
  const full = Math.min(timing.longestDelayMs, timing.firstDelayMs * 2 ** Math.min(failures - 1, 10));
  return Math.max(timing.firstDelayMs, Math.round(full * (1 - random / 5)));
}

export interface Watch {
  tryNow(): void;
  stop(): void;
}

export function watch(
  open: OpenSession,
  onMessage: (message: unknown, heardAt: number) => void,
  onLink: (link: Link) => void,
  random: () => number = Math.random,
): Watch {
  let link = firstLink;
  let cursor: string | null = null;
  let session: { close(): void } | null = null;
  let generation = 0;
  let openedAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const say = (change: Partial<Link>) => onLink((link = { ...link, ...change }));

  function start(): void {
    const mine = ++generation;
    openedAt = Date.now();
    session?.close();
    session = null;
    if (link.phase === "lost") say({ nextTryAt: null });
    watchSilence(openedAt);
    // A session that was given up may still have something to say: only the newest is listened to.
    const opened = open(
      cursor,
      {
        message: (message) => {
          if (mine === generation) hear(message);
        },
        ended: (why) => {
          if (mine === generation) lose(why);
        },
      },
      link.failures,
    );
    if (mine === generation) session = opened;
    else opened.close();
  }

  function hear(message: unknown): void {
    const now = Date.now();
    const read = readMessage(message);
    if (read?.type === "snapshot" || read?.type === "event") cursor = read.cursor;
    const proven = now - openedAt >= timing.provenAfterMs;
    say({ phase: "live", lastHeardAt: now, nextTryAt: null, why: null, failures: proven ? 0 : link.failures });
    watchSilence(now);
    onMessage(message, now);
  }

  function lose(why: string): void {
    generation++;
    session?.close();
    session = null;
    const failures = link.failures + 1;
    const delay = delayAfter(failures, random());
    clearTimeout(timer);
    timer = setTimeout(start, delay);
    say({ phase: "lost", failures, nextTryAt: Date.now() + delay, why });
  }

  // Looks at the clock again when it fires: a timer of a hidden or sleeping page comes late, and what was heard
  // meanwhile counts.
  function watchSilence(since: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => lose("the gateway has gone silent"), Math.max(0, since + timing.silenceMs - Date.now()));
  }

  start();
  return {
    tryNow() {
      if (link.phase !== "lost" || link.nextTryAt === null) return;
      start();
    },
    stop() {
      generation++;
      clearTimeout(timer);
      session?.close();
      session = null;
    },
  };
}
