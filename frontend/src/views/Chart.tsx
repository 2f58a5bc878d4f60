import { useEffect, useMemo, useRef } from "react";
import type uPlot from "uplot";
import { undone } from "../model/dryRun.ts";
import { clock, count, ms, percent } from "../model/format.ts";
import { chartColumns, markers } from "../model/select.ts";
import { drawPlot } from "./chart/plot.ts";
import { useModel } from "./context.ts";
import { onThemeChange } from "./theme.ts";

const windowSeconds = 300;

/** Latency and errors of the last five minutes, and where the active backend changed. */
export function Chart({ pool }: { pool: string }) {
  const figures = useModel((state) => state.figures);
  const changes = useModel((state) => state.changes);
  const columns = useMemo(() => chartColumns(figures, pool), [figures, pool]);
  const end = columns[0].at(-1) ?? 0;
  const events = useModel((state) => state.events);
  const marks = useMemo(
    () => markers(changes, pool, (end - windowSeconds) * 1000, undone(events)),
    [changes, events, pool, end],
  );
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<ReturnType<typeof drawPlot> | null>(null);
  const shown = { columns: columns as uPlot.AlignedData, marks, from: end - windowSeconds, to: end };
  const latest = useRef(shown);
  latest.current = shown;

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = drawPlot(element, latest.current);
    };
    draw();
    // The canvas cannot follow a CSS variable, so another theme is another plot.
    const forgetTheme = onThemeChange(draw);
    const sizes = new ResizeObserver(() => plot.current?.resize());
    sizes.observe(element);
    return () => {
      forgetTheme();
      sizes.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, []);

  useEffect(() => plot.current?.show(latest.current), [columns, marks]);

  const last = columns[0].length - 1;
  const errors = columns[3][last];
  return (
    <section className="box chart" aria-label={`Latency and errors of ${pool}`}>
      <header>
        <h3>Last five minutes</h3>
        <dl className="legend">
          <div className="p50">
            <dt>p50</dt>
            <dd>{ms(columns[1][last])}</dd>
          </div>
          <div className="p99">
            <dt>p99</dt>
            <dd>{ms(columns[2][last])}</dd>
          </div>
          <div className="errors">
            <dt>errors</dt>
            <dd>{percent(errors === null || errors === undefined ? null : errors / 100)}</dd>
          </div>
          <div className="requests">
            <dt>requests/s</dt>
            <dd>{count(columns[4][last])}</dd>
          </div>
        </dl>
      </header>
      <div className="plot" ref={holder} data-testid="chart" />
      <ul className="hidden" aria-label="Changes in these five minutes">
        {marks.map((mark) => (
          <li key={`${mark.at}${mark.label}`}>
            {clock(mark.at * 1000)} {mark.label}
          </li>
        ))}
      </ul>
    </section>
  );
}
