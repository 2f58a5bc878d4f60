import type { AttemptFigures, Figures } from "./contract.ts";
import { count } from "./format.ts";
import { latestFigures } from "./select.ts";

// What the gateway did so that its clients notice nothing, in words that need no manual. Pure, like every selector.

/** What one pool did for its requests. A number that a gateway does not tell is zero. */
export interface Savings {
  readonly rescued: number;
  /** Why, as the rest of the sentence "52 requests": how many for which reason. Empty when nothing was rescued. */
  readonly why: string;
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

const latelySeconds = 60;

/** The savings of `pool`; null where the gateway does not tell them. */
export function savings(figures: readonly Figures[], pool: string): Savings | null {
  const told = latestFigures(figures, pool)?.attempts;
  if (!told) return null;
  const numbers = {
    rescued: rescuedOf(told),
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
    why: reasonsInWords(told.rescued),
    budgetLeft: told.budgetTokens ?? 0,
    skippedLately: skippedIn(figures.slice(-latelySeconds), pool),
    quiet: Object.values(numbers).every((number) => number === 0),
  };
}

const rescuedOf = (told: AttemptFigures): number =>
  Object.values(told.rescued).reduce((sum, number) => sum + number, 0);

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

/** The commonest reason first. Only the first names whose backend is meant, as one would say it; no line ends after a number. */
function reasonsInWords(rescued: AttemptFigures["rescued"]): string {
  const known = Object.entries(rescued)
    .filter(([reason, number]) => number > 0 && Object.hasOwn(reasonWords, reason))
    .sort(([, one], [, other]) => other - one);
  const others = Object.entries(rescued)
    .filter(([reason]) => !Object.hasOwn(reasonWords, reason))
    .reduce((sum, [, number]) => sum + number, 0);
  const alone = known.length === 1 && others === 0;
  const words = known.map(([reason, number], index) => {
    const backend = index > 0 ? "it" : number === 1 ? "its backend" : "their backend";
    return `${alone ? "" : `${count(number)}\u00a0`}because ${reasonWords[reason]?.replace("{}", backend)}`;
  });
  return [...words, ...(others > 0 ? [`${count(others)}\u00a0for other reasons`] : [])].join(", ");
}

/** A gateway that was restarted counts from zero again; that is no growth. */
function skippedIn(figures: readonly Figures[], pool: string): number {
  let before: number | undefined;
  let grown = 0;
  for (const second of figures) {
    const now = second.pools.find((item) => item.id === pool)?.attempts?.budgetExhausted;
    if (now === undefined) continue;
    grown += before === undefined ? 0 : Math.max(0, now - before);
    before = now;
  }
  return grown;
}

export const requestsInWords = (number: number): string => `${count(number)} ${number === 1 ? "request" : "requests"}`;
