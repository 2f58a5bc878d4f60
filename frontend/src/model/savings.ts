import type { AttemptFigures, Figures } from "./contract.ts";
import { count } from "./format.ts";
import { latestFigures } from "./select.ts";

// What the gateway did so that its clients notice nothing, in words that need no manual. Pure, like every selector.

/** What one pool did for its requests. A number that a gateway does not tell is zero. */
export interface Savings {
  readonly rescued: number;
  /** Why, as the rest of the sentence "52 requests": how many for which reason. Empty when nothing was rescued. */
  readonly why: string;
  /** The same with every reason, for who wants to know exactly. */
  readonly everyWhy: string;
  readonly resumed: number;
  readonly waiting: number;
  readonly waits: number;
  readonly hedgesWon: number;
  readonly hedgesLost: number;
  readonly poison: number;
  readonly budgetLeft: number;
  readonly skipped: number;
  /** Retries and hedges that were left out in the last minute: the budget is too small for what goes on. */
  readonly skippedLately: number;
  /** Nothing of all this has happened. */
  readonly quiet: boolean;
}

const latelyMs = 60_000;
/** What is read at a glance. */
const mostReasons = 3;

/** The savings of `pool`; null where the gateway does not tell them. */
export function savings(figures: readonly Figures[], pool: string): Savings | null {
  const told = latestFigures(figures, pool)?.attempts;
  if (!told) return null;
  const numbers = {
    rescued: sum(Object.values(told.rescued)),
    resumed: told.resumed ?? 0,
    waiting: told.held ?? 0,
    waits: told.heldTotal ?? 0,
    hedgesWon: told.hedgesWon ?? 0,
    hedgesLost: told.hedgesLost ?? 0,
    poison: told.poison ?? 0,
    skipped: told.budgetExhausted ?? 0,
  };
  return {
    ...numbers,
    why: reasonsInWords(told.rescued, mostReasons),
    everyWhy: reasonsInWords(told.rescued, Number.POSITIVE_INFINITY),
    budgetLeft: told.budgetTokens ?? 0,
    skippedLately: skippedLately(figures, pool),
    quiet: Object.values(numbers).every((number) => number === 0),
  };
}

/** What ends "because …"; {} is the backend. */
const reasonWords: Readonly<Record<string, string>> = {
  connect: "{} could not be reached",
  timeout: "{} took too long",
  broken: "{} dropped the connection",
  status: "{} answered with an error",
  silent: "{} was silent",
  verdict: "{} was taken down meanwhile",
  "broke-off": "{} broke off in mid-answer",
};

/**
 * The `most` commonest reasons, and how many had others. Only the first names whose backend is meant, as one would say it;
 * no line ends after a number.
 */
function reasonsInWords(rescued: AttemptFigures["rescued"], most: number): string {
  const named = Object.entries(rescued)
    .filter(([reason, number]) => number > 0 && Object.hasOwn(reasonWords, reason))
    .sort(([, one], [, other]) => other - one)
    .slice(0, most);
  const others = sum(Object.values(rescued)) - sum(named.map(([, number]) => number));
  const alone = named.length === 1 && others === 0;
  const words = named.map(([reason, number], index) => {
    const backend = index > 0 ? "it" : number === 1 ? "its backend" : "their backend";
    return `${alone ? "" : `${count(number)}\u00a0`}because ${reasonWords[reason]?.replace("{}", backend)}`;
  });
  return [...words, ...(others > 0 ? [`${count(others)}\u00a0for other reasons`] : [])].join(", ");
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** How far the counter grew in the last minute. A gateway that was restarted counts from zero again; that is no growth. */
function skippedLately(figures: readonly Figures[], pool: string): number {
  const from = Date.parse(figures.at(-1)?.at ?? "") - latelyMs;
  let before: number | undefined;
  let grown = 0;
  for (const report of figures) {
    const now = report.pools.find((item) => item.id === pool)?.attempts?.budgetExhausted;
    if (now === undefined) continue;
    if (before !== undefined && Date.parse(report.at) > from) grown += Math.max(0, now - before);
    before = now;
  }
  return grown;
}

export const requestsInWords = (number: number): string => `${count(number)} ${number === 1 ? "request" : "requests"}`;
