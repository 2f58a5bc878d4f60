import type { Level } from "./contract.ts";
import type { LogEntry } from "./state.ts";

export const levels: readonly Level[] = ["debug", "info", "warn", "error"];

export interface LogFilter {
  readonly level: Level;
  readonly text: string;
  /** Lines up to this id were cleared away. */
  readonly clearedTo: number;
}

export const allLines: LogFilter = { level: "debug", text: "", clearedTo: -1 };

/** Lines of at least the level that contain every word of the text, in any case and order. */
export function filterLog(lines: readonly LogEntry[], filter: LogFilter): readonly LogEntry[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const least = levels.indexOf(filter.level);
  const oldest = lines[0];
  if (words.length === 0 && least <= 0 && (oldest === undefined || oldest.id > filter.clearedTo)) return lines;
  return lines.filter((line) => line.id > filter.clearedTo && rank(line.level) >= least && contains(line, words));
}

/** A level this page does not know is shown under every filter rather than never. */
function rank(level: Level): number {
  const known = levels.indexOf(level);
  return known < 0 ? levels.length : known;
}

function contains(line: LogEntry, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = `${line.level} ${line.category} ${line.message} ${line.requestId ?? ""}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** A line as text, in the shape that the gateway's own log has. */
export function logText(line: LogEntry): string {
  const request = line.requestId === null || line.requestId === undefined ? "" : ` [${line.requestId}]`;
  return `${line.at} ${line.level.toUpperCase().padEnd(5)} ${line.category} ${line.message}${request}`;
}
