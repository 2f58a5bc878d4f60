import { memo, useMemo } from "react";
import type { LogEntry } from "../model/state.ts";
import { clockMs } from "../model/format.ts";

const chunkSize = 100;
const longestShown = 4000;

/**
 * The lines in chunks of a hundred ids. A new line renders the last chunk and a dropped one the first; the eighteen
 * between them are skipped, which keeps 200 lines a second smooth without a window of fixed row heights.
 */
export function LogLines({ lines }: { lines: readonly LogEntry[] }) {
  const chunks = useMemo(() => inChunks(lines), [lines]);
  return chunks.map((chunk) => <Chunk key={chunkOf(chunk[0])} lines={chunk} />);
}

const chunkOf = (line: LogEntry | undefined) => Math.floor((line?.id ?? 0) / chunkSize);

function inChunks(lines: readonly LogEntry[]): LogEntry[][] {
  const chunks: LogEntry[][] = [];
  for (const line of lines) {
    const last = chunks.at(-1);
    if (last && chunkOf(last[0]) === chunkOf(line)) last.push(line);
    else chunks.push([line]);
  }
  return chunks;
}

const Chunk = memo(
  function Chunk({ lines }: { lines: readonly LogEntry[] }) {
    return (
      <div className="chunk">
        {lines.map((line) => (
          <Line key={line.id} line={line} />
        ))}
      </div>
    );
  },
  (one, other) =>
    one.lines.length === other.lines.length && one.lines.every((line, index) => line === other.lines[index]),
);

const Line = memo(function Line({ line }: { line: LogEntry }) {
  return (
    <p className={`line ${line.level}`} data-testid="log-line" data-level={line.level}>
      <time dateTime={line.at}>{clockMs(line.at)}</time>
      <span className="level">{line.level}</span>
      <span className="category" title={line.category}>
        {line.category.replace(/^Gateway\./, "")}
      </span>
      <span className="message">
        {line.message.length > longestShown ? `${line.message.slice(0, longestShown)}…` : line.message}
        {line.requestId !== null && (
          <span className="request" title="Request id">
            {" "}
            {line.requestId}
          </span>
        )}
      </span>
    </p>
  );
});
