import { useMemo } from "react";
import { count, dayAndClock } from "../model/format.ts";
import { requestsInWords, savings, type Savings as Numbers } from "../model/savings.ts";
import { useGatewayTime, useModel } from "./context.ts";
import { Icon } from "./Icon.tsx";

/** What clients were spared, in plain words. What has not happened is not shown; an older gateway does not tell any of it. */
export function Savings({ pool }: { pool: string }) {
  const figures = useModel((state) => state.figures);
  const told = useMemo(() => savings(figures, pool), [figures, pool]);
  if (told === null) return null;
  return (
    <section
      className={`savings ${told.quiet ? "quiet" : "box"}`}
      aria-label={`Saved for clients of ${pool}`}
      data-testid="savings"
    >
      {told.waiting > 0 && <Waiting requests={told.waiting} />}
      <Lead told={told} />
      <dl className="facts">
        {told.waiting === 0 && told.waits > 0 && (
          <Fact
            term="Waiting for a backend"
            title="While no backend can serve, requests wait a short while for one before they are refused."
            testId="waits"
          >
            0 <span className="muted">now, {count(told.waits)} before</span>
          </Fact>
        )}
        {told.hedgesWon + told.hedgesLost > 0 && (
          <Fact
            term="Hedges"
            title="A hedge is a second try elsewhere while the first is still silent. Won: the client got its answer. Lost: the first answered after all, and nothing was harmed."
            testId="hedges"
          >
            {count(told.hedgesWon)} won, {count(told.hedgesLost)} lost
          </Fact>
        )}
        {told.poison > 0 && (
          <Fact
            term="Poison requests"
            title="They failed the same way wherever they were tried. As a rule the request is at fault, so they count against no backend."
            testId="poison"
          >
            {count(told.poison)}
          </Fact>
        )}
        <Budget told={told} />
        {!told.quiet && <Since />}
      </dl>
    </section>
  );
}

function Waiting({ requests }: { requests: number }) {
  return (
    <p
      className="waits"
      title="No backend can take them now. They wait a short while for one before they are refused."
      data-testid="waiting-requests"
    >
      <Icon name="warning" size={20} />
      <span>
        <strong>{requestsInWords(requests)}</strong> {requests === 1 ? "is" : "are"} waiting for a backend
      </span>
    </p>
  );
}

function Lead({ told }: { told: Numbers }) {
  if (told.rescued + told.resumed === 0) {
    return (
      <p className="muted" data-testid="saved" data-rescued={0}>
        Saved for clients: no request yet
      </p>
    );
  }
  return (
    <p className="lead" data-testid="saved" data-rescued={told.rescued} title={told.everyWhy}>
      Saved for clients:{" "}
      {told.rescued > 0 && (
        <>
          <strong>{requestsInWords(told.rescued)}</strong> — {told.why}
        </>
      )}
      {told.rescued > 0 && told.resumed > 0 && "; "}
      {told.resumed > 0 && (
        <span title="Downloads and event streams that another backend took over in the middle.">
          {count(told.resumed)} {told.resumed === 1 ? "answer that broke off was" : "answers that broke off were"} continued
        </span>
      )}
    </p>
  );
}

function Budget({ told }: { told: Numbers }) {
  const short = told.skippedLately > 0;
  return (
    <Fact
      term="Retry budget"
      title="How many more retries and hedges may be made now. It keeps them from drowning a backend that is in trouble."
      testId="budget"
      warning={short}
    >
      {short && <Icon name="warning" size={14} />} {count(told.budgetLeft)} left
      {short && `, ${tries(told.skippedLately)} skipped in the last minute`}
      {!short && told.skipped > 0 && <span className="muted">, {tries(told.skipped)} skipped since the start</span>}
    </Fact>
  );
}

/** All of the panel is a total, unlike the cost of the last change that stands above it. */
function Since() {
  const now = useGatewayTime();
  const startedAt = useModel((state) => state.gateway?.startedAt);
  if (startedAt === undefined) return null;
  return (
    <Fact term="Counted since" title="The gateway's start." testId="counted-since">
      <time dateTime={startedAt}>{dayAndClock(startedAt, now)}</time>
    </Fact>
  );
}

const tries = (number: number): string => `${count(number)} ${number === 1 ? "try" : "tries"}`;

interface FactProps {
  readonly term: string;
  readonly title: string;
  readonly testId: string;
  readonly warning?: boolean;
  readonly children: React.ReactNode;
}

function Fact({ term, title, testId, warning = false, children }: FactProps) {
  return (
    <div title={title} className={warning ? "warning" : undefined} data-testid={testId} data-warning={warning}>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
