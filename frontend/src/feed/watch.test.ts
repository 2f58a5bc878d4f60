import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { event, snapshot } from "../model/samples.ts";
import { delayAfter, timing, watch, type Link, type Listener, type OpenSession } from "./watch.ts";

interface Opened {
  cursor: string | null;
  attempt: number;
  listener: Listener;
  closed: boolean;
}

function setUp() {
  const sessions: Opened[] = [];
  const links: Link[] = [];
  const heard: unknown[] = [];
  const open: OpenSession = (cursor, listener, attempt) => {
    const session = { cursor, attempt, listener, closed: false };
    sessions.push(session);
    return {
      close: () => {
        session.closed = true;
      },
    };
  };
  const feed = watch(
    open,
    (message) => heard.push(message),
    (link) => links.push(link),
    () => 0,
  );
  return { feed, sessions, heard, link: () => links.at(-1), last: () => sessions.at(-1)! };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("delayAfter", () => {
  it("doubles from a quarter of a second to five seconds", () =>
    expect([1, 2, 3, 4, 5, 6, 7, 5000].map((failures) => delayAfter(failures, 0))).toEqual([
      250, 500, 1000, 2000, 4000, 5000, 5000, 5000,
    ]));
  it("stays within its bounds with any luck", () => {
    for (const random of [0, 0.5, 0.999]) {
      for (let failures = 1; failures < 20; failures++) {
        expect(delayAfter(failures, random)).toBeGreaterThanOrEqual(250);
        expect(delayAfter(failures, random)).toBeLessThanOrEqual(5000);
      }
    }
  });
});

describe("watch", () => {
  it("starts without a cursor and is live with the first message", () => {
    const { last, link } = setUp();
    expect(last().cursor).toBeNull();
    last().listener.message(snapshot(5));
    expect(link()).toMatchObject({ phase: "live", failures: 0 });
  });

  it("starts again with the last cursor when the stream ends", () => {
    const { sessions, last, link } = setUp();
    last().listener.message(snapshot(5));
    last().listener.message(event(6));
    last().listener.ended("the gateway ended the stream");
    expect(link()).toMatchObject({ phase: "lost", why: "the gateway ended the stream" });
    vi.advanceTimersByTime(250);
    expect(sessions).toHaveLength(2);
    expect(last().cursor).toBe("j:6");
  });

  it("keeps trying, slower and slower, while no gateway answers", () => {
    const { sessions, last } = setUp();
    const waits = [250, 500, 1000, 2000, 4000, 5000, 5000];
    for (const [index, wait] of waits.entries()) {
      last().listener.ended("connection refused");
      vi.advanceTimersByTime(wait - 1);
      expect(sessions).toHaveLength(index + 1);
      vi.advanceTimersByTime(1);
      expect(sessions).toHaveLength(index + 2);
    }
  });

  it("gives up a session that is silent, and one whose start hangs", () => {
    const { sessions, last, link } = setUp();
    vi.advanceTimersByTime(timing.silenceMs);
    expect(sessions[0]?.closed).toBe(true);
    expect(link()?.phase).toBe("lost");
    vi.advanceTimersByTime(250);
    last().listener.message(snapshot(1));
    vi.advanceTimersByTime(timing.silenceMs - 1);
    expect(link()?.phase).toBe("live");
    vi.advanceTimersByTime(1);
    expect(link()?.phase).toBe("lost");
  });

  it("does not start over with the back-off for a session that dies at once", () => {
    const { last, link } = setUp();
    last().listener.ended("refused");
    vi.advanceTimersByTime(250);
    last().listener.message(snapshot(1));
    last().listener.ended("ended");
    expect(link()?.failures).toBe(2);
  });

  it("starts over with the back-off once a session has proven itself", () => {
    const { last, link } = setUp();
    last().listener.ended("refused");
    vi.advanceTimersByTime(250);
    last().listener.message(snapshot(1));
    vi.advanceTimersByTime(timing.provenAfterMs);
    last().listener.message(event(2));
    expect(link()?.failures).toBe(0);
  });

  it("does not listen to a session that it gave up", () => {
    const { sessions, heard, last, link } = setUp();
    last().listener.ended("refused");
    vi.advanceTimersByTime(250);
    sessions[0]?.listener.message(snapshot(1));
    sessions[0]?.listener.ended("again");
    expect(heard).toEqual([]);
    expect(link()?.failures).toBe(1);
    expect(sessions).toHaveLength(2);
  });

  it("tries at once when asked, and has one session only", () => {
    const { feed, sessions, last } = setUp();
    last().listener.ended("refused");
    feed.tryNow();
    feed.tryNow();
    expect(sessions).toHaveLength(2);
    vi.advanceTimersByTime(1000);
    expect(sessions).toHaveLength(2);
  });

  it("says nothing after it was stopped", () => {
    const { feed, sessions, heard } = setUp();
    feed.stop();
    sessions[0]?.listener.message(snapshot(1));
    vi.advanceTimersByTime(60_000);
    expect(heard).toEqual([]);
    expect(sessions).toHaveLength(1);
  });
});
