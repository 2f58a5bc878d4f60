import { useMemo } from "react";
import { clock } from "../model/format.ts";
import { useModel } from "./context.ts";

const shown = 30;

/** What happened, one plain sentence each, newest first: the story of an outage without its log. */
export function Happenings({ pool }: { pool: string }) {
  const events = useModel((state) => state.events);
  const own = useMemo(
    () =>
      events
        .filter((event) => event.pool === pool)
        .slice(-shown)
        .reverse(),
    [events, pool],
  );
  return (
    <section className="box happenings" aria-label={`What happened in ${pool}`}>
      <h3>What happened</h3>
      {own.length === 0 && <p className="muted empty">Nothing yet.</p>}
      <ol tabIndex={0} aria-label="Events, newest first">
        {own.map((event) => (
          <li key={`${event.sequence}-${event.at}`} className={event.kind === "ActiveChanged" ? "major" : undefined}>
            <time dateTime={event.at}>{clock(event.at)}</time>
            <span>{event.sentence}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
