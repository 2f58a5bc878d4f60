import type { Change } from "./contract.ts";

// Numbers as an operator reads them. A missing number is a dash, never a zero.

export const dash = "–";

export function ms(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return dash;
  if (value >= 9950) return `${(value / 1000).toFixed(1)} s`;
  if (value >= 999.5) return `${(value / 1000).toFixed(2)} s`;
  return value >= 9.95 ? `${Math.round(value)} ms` : `${value.toFixed(1)} ms`;
}

export function count(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value)
    ? dash
    : Math.round(value)
        .toString()
        .replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** A share of 0..1 as percent; a share that is not zero never reads as zero. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return dash;
  const value = share * 100;
  if (value === 0) return "0 %";
  if (value < 0.01) return "< 0.01 %";
  return value < 1 ? `${value.toFixed(2)} %` : value < 10 ? `${value.toFixed(1)} %` : `${Math.round(value)} %`;
}

/** What a change cost its clients, in words. */
export function cost(change: Change): string {
  if (!change.measured) return "measuring…";
  const rescued = change.rescued > 0 ? `, ${count(change.rescued)} rescued` : "";
  return `${count(change.failed)} of ${count(change.requests)} requests failed${rescued}`;
}

/** A span of time in its two largest units. Negative spans, which clocks make, are zero. */
export function span(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return dash;
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const two = (value: number) => value.toString().padStart(2, "0");

/** Local wall-clock time, 24 hours. */
export function clock(at: string | number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime())
    ? dash
    : `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Without the seconds; rounded up, so that what lasts until then is not announced too early. */
export function clockMinutes(at: string): string {
  return clock(Math.ceil(Date.parse(at) / 60_000) * 60_000).slice(0, 5);
}

export function clockMs(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? dash : `${clock(at)}.${date.getMilliseconds().toString().padStart(3, "0")}`;
}

/** The day too, unless it is today's. */
export function dayAndClock(at: string, now: number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return dash;
  const today = new Date(now).toDateString() === date.toDateString();
  return today ? clock(at) : `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(at)}`;
}
