import { useId, useState } from "react";
import { faultModes, type Backend, type FaultMode, type Pool } from "../model/contract.ts";
import { Menu } from "./Menu.tsx";
import { useToasts } from "./Toasts.tsx";

const explained: Record<FaultMode, string> = {
  exit: "the process ends",
  hang: "takes requests, never answers",
  error: "answers 500",
  slow: "answers late",
  reset: "resets every connection",
  forbidden: "answers 403",
  truncate: "breaks answers off half-way",
  unhealthy: "only its health check fails",
  drain: "asks for no new requests",
};

const durations: readonly (readonly [string, string])[] = [
  ["", "until it is recovered"],
  ["5s", "5 seconds"],
  ["10s", "10 seconds"],
  ["30s", "30 seconds"],
  ["1m", "1 minute"],
];

export function FailMenu({ pool, backend, refusal }: { pool: Pool; backend: Backend; refusal: string | null }) {
  const { run } = useToasts();
  const [mode, setMode] = useState<FaultMode>("exit");
  const [duration, setDuration] = useState("");
  const id = useId();
  return (
    <Menu button="Fail…" label={`Fail ${backend.id}`} refusal={refusal} tone="danger" testId={`fail-${backend.id}`}>
      {(close) => (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            close();
            void run({ do: "fail", pool: pool.id, backend: backend.id, mode, for: duration });
          }}
        >
          <label htmlFor={`${id}-mode`}>How it breaks</label>
          <select
            id={`${id}-mode`}
            value={mode}
            data-testid="fail-mode"
            onChange={(event) => setMode(event.target.value as FaultMode)}
          >
            {faultModes.map((name) => (
              <option key={name} value={name}>
                {name} – {explained[name]}
              </option>
            ))}
          </select>
          <label htmlFor={`${id}-for`}>For how long</label>
          <select
            id={`${id}-for`}
            value={duration}
            data-testid="fail-for"
            onChange={(event) => setDuration(event.target.value)}
          >
            {durations.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
          <button type="submit" className="button danger solid" data-testid="fail-now">
            Break {backend.id} now
          </button>
        </form>
      )}
    </Menu>
  );
}
