import { useMemo } from "react";
import { told } from "../model/dryRun.ts";
import { clock } from "../model/format.ts";
import { useModel } from "./context.ts";

const shown = 30;

const DryRunChip = () => (
  <>
    <em className="chip dry" data-testid="dry-run-event">
      dry run
    </em>{" "}
  </>
);

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
            <span>
              {event.enforced === false && <DryRunChip />}
              {told(event)}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
