import { memo, useMemo, type ReactNode } from "react";
import type { Change } from "../model/contract.ts";
import { told, undone } from "../model/dryRun.ts";
import { count, dash, dayAndClock, ms, percent } from "../model/format.ts";
import { useModel } from "./context.ts";
import { Icon, type IconName } from "./Icon.tsx";

const icons: Record<string, IconName> = { failover: "failover", switchover: "switchover", failback: "failback" };

export function History() {
  const changes = useModel((state) => state.changes);
  const events = useModel((state) => state.events);
  const isUndone = useMemo(() => undone(events), [events]);
  const manyPools = useModel((state) => state.pools.length > 1);
  return (
    <section className="box history" aria-labelledby="history-title">
      <h2 id="history-title">
        Changes of the active backend <span className="muted tally">{changes.length}</span>
      </h2>
      {changes.length === 0 && (
        <p className="muted empty">None so far: the backend that started is still the one that serves.</p>
      )}
      {changes.length > 0 && (
        <div className="scroller" tabIndex={0} role="region" aria-label="History">
          <table>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Change</th>
                <th scope="col" className="number">
                  Detection
                </th>
                <th scope="col" className="number">
                  Failover
                </th>
                <th scope="col" className="number">
                  Requests
                </th>
                <th scope="col" className="number">
                  Failed
                </th>
                <th scope="col" className="number">
                  Rescued
                </th>
                <th scope="col" className="number">
                  Error rate
                </th>
              </tr>
            </thead>
            <tbody>
              {changes.map((change) => (
                <Row
                  key={`${change.pool}-${change.epoch}-${change.at}`}
                  change={change}
                  showPool={manyPools}
                  dryRun={isUndone(change)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

interface RowProps {
  readonly change: Change;
  readonly showPool: boolean;
  readonly dryRun: boolean;
}

const Row = memo(function Row({ change, showPool, dryRun }: RowProps) {
  const measuring = <em className="measuring">measuring…</em>;
  const figure = (text: string) => (change.measured ? text : measuring);
  const span = (value: number | null) => (value === null && !change.measured ? measuring : ms(value));
  return (
    <tr
      data-testid="change"
      data-kind={change.kind}
      data-to={change.to}
      data-measured={change.measured}
      data-epoch={change.epoch}
    >
      <td className="when">
        <time dateTime={change.at} title={change.at}>
          {dayAndClock(change.at, Date.now())}
        </time>
        <span className="muted"> epoch {change.epoch}</span>
      </td>
      <td className="what">
        <span className={`kind ${change.kind}`}>
          <Icon name={icons[change.kind] ?? "dot"} size={14} />
          {change.kind}
        </span>{" "}
        <strong className="route">
          {showPool && <span className="muted">{change.pool}: </span>}
          {change.from} <span aria-label="to">→</span> {change.to}
        </strong>{" "}
        {dryRun && <span className="chip dry">dry run</span>}
        <span className="sentence">
          {told({ kind: "ActiveChanged", sentence: change.sentence, enforced: !dryRun })}
        </span>
      </td>
      <Cell label="Detection" name="detection">
        {change.detectionMs === null ? <Planned /> : ms(change.detectionMs)}
      </Cell>
      <Cell label="Failover" name="failover">
        {span(change.failoverMs)}
      </Cell>
      <Cell label="Requests" name="requests">
        {figure(count(change.requests))}
      </Cell>
      <Cell label="Failed" name="failed" tone={change.measured && change.failed > 0 ? "bad" : ""}>
        {figure(count(change.failed))}
      </Cell>
      <Cell label="Rescued" name="rescued" tone={change.rescued > 0 ? "good" : ""}>
        {figure(count(change.rescued))}
      </Cell>
      <Cell label="Error rate" name="error-rate" tone={change.measured && change.errorRate > 0 ? "bad" : ""}>
        {figure(percent(change.errorRate))}
      </Cell>
    </tr>
  );
});

const Planned = () => (
  <span className="muted" title="A planned change has nothing to detect.">
    {dash}
  </span>
);

function Cell({
  label,
  name,
  tone = "",
  children,
}: {
  label: string;
  name: string;
  tone?: string;
  children: ReactNode;
}) {
  return (
    <td className={`number ${tone}`} data-label={label} data-testid={name}>
      {children}
    </td>
  );
}
