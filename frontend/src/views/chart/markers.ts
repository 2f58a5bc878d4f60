import type uPlot from "uplot";
import { clock } from "../../model/format.ts";
import type { Marker } from "../../model/select.ts";

// The changes as elements above the canvas rather than strokes in it: their words are real text, follow the theme, and
// a test or a screen reader finds them.

const rowHeight = 20;
const rows = 4;
const narrowRows = 2;
const narrowWidth = 420;
const characterWidth = 6.6;
const padding = 26;

export function markerLayer(marks: () => readonly Marker[]): uPlot.Plugin {
  let layer: HTMLDivElement | null = null;
  return {
    hooks: {
      init: (plot) => {
        layer = document.createElement("div");
        layer.className = "markers";
        plot.over.append(layer);
      },
      draw: (plot) => {
        if (layer === null) return;
        const width = plot.over.clientWidth;
        const narrow = width < narrowWidth;
        const taken: [number, number][][] = Array.from({ length: narrow ? narrowRows : rows }, () => []);
        // Newest first: where there is not room for every label, the newest has one.
        layer.replaceChildren(
          ...[...marks()]
            .reverse()
            .flatMap((mark) => {
              const x = plot.valToPos(mark.at, "x");
              return x < 0 || x > width + 1 ? [] : [draw(mark, narrow ? `→ ${mark.to}` : mark.label, x, width, taken)];
            })
            .reverse(),
        );
      },
    },
  };
}

function draw(mark: Marker, words: string, x: number, width: number, taken: [number, number][][]): HTMLElement {
  const length = words.length * characterWidth + padding;
  const leftwards = x + length > width;
  const reach: [number, number] = leftwards ? [x - length, x] : [x, x + length];
  const row = taken.findIndex((spans) => spans.every(([from, to]) => reach[1] < from || reach[0] > to));
  if (row >= 0) taken[row]?.push(reach);

  const line = document.createElement("div");
  line.className = `marker ${mark.kind}${leftwards ? " leftwards" : ""}`;
  line.dataset.testid = "chart-marker";
  line.dataset.kind = mark.kind;
  line.title = `${clock(mark.at * 1000)} ${mark.label}`;
  line.style.left = `${x}px`;
  // With every row taken the line alone stays; the history below has its words.
  if (row >= 0) {
    const text = document.createElement("span");
    text.textContent = words;
    text.style.top = `${row * rowHeight}px`;
    line.append(text);
  }
  return line;
}
