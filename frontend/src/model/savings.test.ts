import { describe, expect, it } from "vitest";
import type { AttemptFigures, Figures } from "./contract.ts";
import { attempts, figures } from "./samples.ts";
import { requestsInWords, savings } from "./savings.ts";

const told = (second: number, more: Partial<AttemptFigures> = {}): Figures =>
  figures(second, { attempts: attempts(more) });
const why = (rescued: Record<string, number>) =>
  savings([told(1, { rescued })], "api")?.why.replaceAll("\u00a0", " ");

describe("savings", () => {
  it("are unknown where the gateway does not tell them", () => {
    expect(savings([figures(1)], "api")).toBeNull();
    expect(savings([figures(1, { attempts: null })], "api")).toBeNull();
    expect(savings([told(1)], "other")).toBeNull();
    expect(savings([], "api")).toBeNull();
  });

  it("are quiet while nothing has happened, whatever the budget holds", () => {
    expect(savings([told(1)], "api")).toMatchObject({ quiet: true, rescued: 0, why: "", budgetLeft: 513 });
  });

  it.each([
    ["a rescue", { rescued: { silent: 1 } }],
    ["a rescue for a reason that this page does not know", { rescued: { "solar-flare": 1 } }],
    ["a hedge that won", { hedgesWon: 1 }],
    ["a hedge that lost", { hedgesLost: 1 }],
    ["a request that waits", { held: 1 }],
    ["a request that waited", { heldTotal: 1 }],
    ["a spent budget", { budgetExhausted: 1 }],
    ["a poison request", { poison: 1 }],
    ["a continued answer", { resumed: 1 }],
  ])("are not quiet after %s", (_, more) => expect(savings([told(1, more)], "api")?.quiet).toBe(false));

  it("take what a gateway leaves out for zero", () => {
    const sparse = figures(1, { attempts: { rescued: { silent: 2 } } as unknown as AttemptFigures });
    expect(savings([sparse], "api")).toMatchObject({ rescued: 2, waiting: 0, hedgesWon: 0, skipped: 0, poison: 0 });
  });
});

describe("why requests had to be saved", () => {
  it("has the commonest reason first and names the backend once", () => {
    expect(why({ connect: 0, verdict: 10, silent: 42 })).toBe(
      "42 because their backend was silent, 10 because it was taken down meanwhile",
    );
  });
  it("does not repeat the number when there is one reason", () => {
    expect(why({ connect: 7 })).toBe("because their backend could not be reached");
    expect(why({ "broke-off": 1 })).toBe("because its backend broke off in mid-answer");
  });
  it("names three reasons and sums up the rest, which can be had in full", () => {
    const rescued = { connect: 50, silent: 40, verdict: 30, status: 2, timeout: 1 };
    expect(why(rescued)).toMatch(/^50 because .*, 40 because .*, 30 because .*, 3 for other reasons$/);
    const every = savings([told(1, { rescued })], "api")?.everyWhy;
    expect(every).toContain("it answered with an error");
    expect(every).toContain("it took too long");
    expect(every).not.toContain("other reasons");
  });
  it("sums up reasons that this page does not know", () => {
    expect(why({ status: 3, "solar-flare": 2, constructor: 2 })).toBe(
      "3 because their backend answered with an error, 4 for other reasons",
    );
    expect(why({ "solar-flare": 2 })).toBe("2 for other reasons");
  });
  it("counts every reason once in the sum", () =>
    expect(savings([told(1, { rescued: { status: 3, "solar-flare": 2 } })], "api")?.rescued).toBe(5));
});

describe("the retry budget", () => {
  it("is short while retries are left out, and not for those of long ago", () => {
    const spent = [told(1), told(2, { budgetExhausted: 4 }), told(3, { budgetExhausted: 9 })];
    expect(savings(spent, "api")).toMatchObject({ skipped: 9, skippedLately: 9 });
    const later = Array.from({ length: 60 }, (_, second) => told(second + 4, { budgetExhausted: 9 }));
    expect(savings([...spent, ...later], "api")).toMatchObject({ skipped: 9, skippedLately: 0 });
  });
  it("does not take a restarted gateway for growth", () => {
    const restarted = [told(1, { budgetExhausted: 9 }), figures(2), told(3), told(4, { budgetExhausted: 2 })];
    expect(savings(restarted, "api")).toMatchObject({ skipped: 2, skippedLately: 2 });
  });
});

it("one request is not requests", () => {
  expect(requestsInWords(1)).toBe("1 request");
  expect(requestsInWords(1200)).toBe("1\u202f200 requests");
});
