import uPlot from "uplot";
import type { Marker } from "../../model/select.ts";
import { markerLayer } from "./markers.ts";
import { tooltip } from "./tooltip.ts";

// uPlot's side of the chart. Latency is logarithmic: a healthy millisecond and a two-second wait during an outage must
// both be readable. Errors are linear percent on the right.

export interface Shown {
  readonly columns: uPlot.AlignedData;
  readonly marks: readonly Marker[];
  /** Seconds since 1970. */
  readonly from: number;
  readonly to: number;
}

export interface Plot {
  show(next: Shown): void;
  resize(): void;
  destroy(): void;
}

export function drawPlot(holder: HTMLElement, first: Shown): Plot {
  let shown = first;
  const colour = colours(holder);
  const narrow = () => holder.clientWidth < 480;
  const axis = (more: uPlot.Axis): uPlot.Axis => ({
    stroke: colour("--muted"),
    font: "11px system-ui, sans-serif",
    grid: { stroke: colour("--grid"), width: 1 },
    ticks: { show: false },
    ...more,
  });
  const plot = new uPlot(
    {
      ...sizeOf(holder),
      padding: [10, 0, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      scales: {
        x: { time: true, range: () => [shown.from, Math.max(shown.to, shown.from + 1)] },
        ms: { distr: 3, log: 10, range: (_, least, most) => decades(least, most) },
        errors: { range: (_, __, most) => [0, Math.min(100, Math.max(5, (most ?? 0) * 1.25))] },
      },
      axes: [
        axis({ space: narrow() ? 48 : 90, values: (_, splits) => splits.map(hourMinute), size: 26, gap: 4 }),
        axis({
          scale: "ms",
          size: 52,
          gap: 4,
          grid: {
            stroke: colour("--grid"),
            width: 1,
            filter: (_, splits) => splits.map((value) => (isDecade(value) ? value : null)),
          },
          values: (_, splits) => splits.map((value) => (isDecade(value) ? label(value) : null)),
        }),
        axis({
          scale: "errors",
          side: 1,
          size: 44,
          gap: 4,
          grid: { show: false },
          values: (_, splits) => splits.map((value) => `${value} %`),
          space: 36,
        }),
      ],
      series: [
        {},
        { scale: "ms", stroke: colour("--p50"), width: 2, points: { show: false } },
        { scale: "ms", stroke: colour("--p99"), width: 1.5, points: { show: false } },
        { scale: "errors", stroke: colour("--bad"), fill: colour("--bad-wash"), width: 1.5, points: { show: false } },
        { scale: "requests", show: false },
      ],
      plugins: [markerLayer(() => shown.marks), tooltip()],
    },
    first.columns,
    holder,
  );
  return {
    show(next) {
      shown = next;
      plot.setData(next.columns);
    },
    resize: () => plot.setSize(sizeOf(holder)),
    destroy: () => plot.destroy(),
  };
}

const sizeOf = (holder: HTMLElement) => ({
  width: Math.max(200, holder.clientWidth),
  height: Math.max(160, holder.clientHeight),
});

/** Resolves a CSS variable, light-dark() and all, to a colour that a canvas takes. */
function colours(holder: HTMLElement): (token: string) => string {
  return (token) => {
    const probe = document.createElement("i");
    probe.style.color = `var(${token})`;
    holder.append(probe);
    const value = getComputedStyle(probe).color;
    probe.remove();
    return value;
  };
}

function decades(least: number | null, most: number | null): [number, number] {
  const low = 10 ** Math.floor(Math.log10(Math.max(0.1, least ?? 1)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(0.1, most ?? 100)));
  return [low, Math.max(high, low * 100)];
}

const isDecade = (value: number) => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;
const label = (value: number) => (value >= 1000 ? `${value / 1000} s` : `${value} ms`);

function hourMinute(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (value: number) => value.toString().padStart(2, "0");
  const start = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return date.getSeconds() === 0 ? start : `${start}:${two(date.getSeconds())}`;
}
