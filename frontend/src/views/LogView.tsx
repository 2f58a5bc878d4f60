import { useMemo, useRef, useState } from "react";
import type { Level } from "../model/contract.ts";
import { filterLog, levels, logText } from "../model/logFilter.ts";
import type { LogEntry } from "../model/state.ts";
import { copyText } from "./clipboard.ts";
import { useModel } from "./context.ts";
import { useFollow } from "./follow.ts";
import { Icon } from "./Icon.tsx";
import { LogLines } from "./LogLines.tsx";
import { useToasts } from "./Toasts.tsx";

const levelWords: Record<Level, string> = {
  debug: "All levels",
  info: "Info and worse",
  warn: "Warnings and errors",
  error: "Errors",
};

export function LogView() {
  const all = useModel((state) => state.logs);
  const { toast } = useToasts();
  const [level, setLevel] = useState<Level>("info");
  const [text, setText] = useState("");
  const [clearedTo, setClearedTo] = useState(-1);
  // A paused log is the list of that moment: lists are never changed in place, so keeping it costs nothing.
  const [paused, setPaused] = useState<readonly LogEntry[] | null>(null);
  const box = useRef<HTMLDivElement>(null);

  const lines = useMemo(
    () => filterLog(paused ?? all, { level, text, clearedTo }),
    [paused, all, level, text, clearedTo],
  );
  const follow = useFollow(box, lines);
  const lastId = all.at(-1)?.id ?? -1;
  const waiting = paused === null ? 0 : lastId - (paused.at(-1)?.id ?? -1);

  const copy = async () => {
    const copied = await copyText(lines.map(logText).join("\n"));
    toast(
      copied ? "done" : "refused",
      copied ? `${lines.length} log lines were copied.` : "The browser does not let this page copy.",
    );
  };

  return (
    <section className="box log" aria-labelledby="log-title">
      <header>
        <h2 id="log-title">
          Log{" "}
          <span className="muted tally" data-testid="log-count">
            {lines.length}
          </span>
        </h2>
        <div className="tools">
          <label className="hidden" htmlFor="log-level">
            Level
          </label>
          <select
            id="log-level"
            data-testid="log-level"
            value={level}
            onChange={(event) => setLevel(event.target.value as Level)}
          >
            {levels.map((name) => (
              <option key={name} value={name}>
                {levelWords[name]}
              </option>
            ))}
          </select>
          <label className="hidden" htmlFor="log-text">
            Text
          </label>
          <input
            id="log-text"
            data-testid="log-text"
            type="search"
            placeholder="Filter, e.g. failover"
            value={text}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setText(event.target.value)}
          />
          <button
            type="button"
            className="button"
            data-testid="log-pause"
            aria-pressed={paused !== null}
            onClick={() => setPaused(paused === null ? all : null)}
          >
            <Icon name={paused === null ? "hold" : "play"} size={14} />
            {paused === null ? "Pause" : `Resume${waiting > 0 ? ` (${waiting} new)` : ""}`}
          </button>
          <button
            type="button"
            className="button"
            data-testid="log-follow"
            aria-pressed={follow.on}
            onClick={follow.toggle}
          >
            Follow
          </button>
          <button type="button" className="button" data-testid="log-copy" onClick={() => void copy()}>
            Copy
          </button>
          <button type="button" className="button" data-testid="log-clear" onClick={() => setClearedTo(lastId)}>
            Clear
          </button>
        </div>
      </header>
      <div
        className="lines"
        ref={box}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label="Log lines"
        data-testid="log"
        {...follow.handlers}
      >
        {lines.length === 0 && (
          <p className="muted empty">{all.length === 0 ? "Nothing was logged yet." : "No line fits the filter."}</p>
        )}
        <LogLines lines={lines} />
      </div>
    </section>
  );
}
