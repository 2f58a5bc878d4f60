import type uPlot from "uplot";
import { clock, count, ms, percent } from "../../model/format.ts";

/** The values under the pointer, beside it. */
export function tooltip(): uPlot.Plugin {
  let box: HTMLDivElement | null = null;
  return {
    hooks: {
      init: (plot) => {
        box = document.createElement("div");
        box.className = "tooltip";
        box.hidden = true;
        box.dataset.testid = "chart-tooltip";
        plot.over.append(box);
      },
      setCursor: (plot) => {
        const { idx, left } = plot.cursor;
        if (box === null) return;
        const at = idx === null || idx === undefined ? undefined : plot.data[0][idx];
        box.hidden = at === undefined || left === undefined || left < 0;
        if (at === undefined || idx === null || idx === undefined || left === undefined) return;
        const value = (series: number) => plot.data[series]?.[idx];
        const errors = value(3);
        box.replaceChildren(
          row("time", clock(at * 1000)),
          row("p50", ms(value(1))),
          row("p99", ms(value(2))),
          row("errors", percent(typeof errors === "number" ? errors / 100 : null)),
          row("requests/s", count(value(4))),
        );
        const rightHalf = left > plot.over.clientWidth / 2;
        box.style.left = rightHalf ? "" : `${left + 14}px`;
        box.style.right = rightHalf ? `${plot.over.clientWidth - left + 14}px` : "";
      },
    },
  };
}

function row(name: string, text: string): HTMLElement {
  const line = document.createElement("div");
  line.className = name.replace("/s", "");
  const key = document.createElement("span");
  key.textContent = name;
  const value = document.createElement("b");
  value.textContent = text;
  line.append(key, value);
  return line;
}
