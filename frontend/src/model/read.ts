import type { Message } from "./contract.ts";

// A page that is older or newer than its gateway must go on working: what it does not understand it leaves out.
// The check is shallow on purpose. It guards what `apply` and the views index into, not every field.

type Bag = Record<string, unknown>;

const isBag = (value: unknown): value is Bag => typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string";
const isCount = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const listOf =
  (check: (item: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(check);

const isTrial = (value: unknown): boolean =>
  value === null || value === undefined || (isBag(value) && isCount(value.passed) && isCount(value.wanted));
const isBackend = (value: unknown): boolean =>
  isBag(value) && isText(value.id) && isText(value.health) && isTrial(value.trial);
const isPool = (value: unknown): boolean =>
  isBag(value) && isText(value.id) && isCount(value.epoch) && isText(value.active) && listOf(isBackend)(value.backends);
const isChange = (value: unknown): boolean =>
  isBag(value) && isText(value.pool) && isCount(value.epoch) && isText(value.at);
const isLogLine = (value: unknown): boolean =>
  isBag(value) &&
  isCount(value.sequence) &&
  isText(value.at) &&
  isText(value.level) &&
  isText(value.category) &&
  isText(value.message);
const isEventLine = (value: unknown): boolean => isBag(value) && isText(value.at) && isText(value.sentence);
const isAttemptFigures = (value: unknown): boolean =>
  value === null || value === undefined || (isBag(value) && isBag(value.rescued));
const isPoolFigures = (value: unknown): boolean =>
  isBag(value) && isText(value.id) && listOf(isBag)(value.backends) && isAttemptFigures(value.attempts);
const isFigures = (value: unknown): boolean => isBag(value) && isText(value.at) && listOf(isPoolFigures)(value.pools);

const checks: Record<string, (bag: Bag) => boolean> = {
  snapshot: (bag) =>
    isText(bag.cursor) &&
    isText(bag.at) &&
    isBag(bag.gateway) &&
    listOf(isPool)(bag.pools) &&
    listOf(isChange)(bag.changes) &&
    listOf(isLogLine)(bag.logs) &&
    listOf(isEventLine)(bag.events) &&
    listOf(isFigures)(bag.figures),
  event: (bag) =>
    isText(bag.cursor) &&
    isCount(bag.sequence) &&
    isText(bag.at) &&
    isText(bag.sentence) &&
    isPool(bag.state) &&
    (bag.change === null || bag.change === undefined || isChange(bag.change)),
  log: (bag) => isLogLine(bag.line),
  figures: (bag) => isFigures(bag.figures),
  gap: () => true,
};

/** The message, or null when it is of a type this page does not know or lacks what every such message has. */
export function readMessage(value: unknown): Message | null {
  if (!isBag(value) || !isText(value.type) || !Object.hasOwn(checks, value.type)) return null;
  return checks[value.type]?.(value) ? (value as unknown as Message) : null;
}

export interface Cursor {
  readonly journal: string;
  readonly sequence: number;
}

/** `journal-id:sequence`; the id may itself contain colons. */
export function readCursor(text: string): Cursor | null {
  const colon = text.lastIndexOf(":");
  const sequence = Number(text.slice(colon + 1));
  return colon < 0 || colon === text.length - 1 || !Number.isInteger(sequence)
    ? null
    : { journal: text.slice(0, colon), sequence };
}
