import type { Change, Condition } from "../model/contract.ts";
import { isDryRun, isVerdictUndone, told } from "../model/dryRun.ts";
import { clock, clockMinutes, cost, dayAndClock, ms, span } from "../model/format.ts";
import { conditionText, headline, presentChange } from "../model/select.ts";
import { poolRefusal, type Situation } from "../operate/capabilities.ts";
import { Action } from "./Action.tsx";
import { useConnected, useGatewayTime, useModel } from "./context.ts";
import { Icon, type IconName } from "./Icon.tsx";
import { useToasts } from "./Toasts.tsx";

const conditionIcons: Record<Condition, IconName> = { steady: "check", degraded: "warning", failing: "cross" };

/** The answer to the only question that matters in an outage: who serves, and why. */
export function Verdict({ situation }: { situation: Situation }) {
  const { pool } = situation;
  const connected = useConnected();
  const now = useGatewayTime();
  // While nobody can serve, the figures of the last change would read as if all were well.
  const serves = pool.condition !== "failing";
  const change = useModel((state) => presentChange(state.changes, pool));
  const notDone = useModel((state) => isVerdictUndone(pool, change, state.events));
  return (
    <div
      className={`verdict ${pool.condition}`}
      data-testid="verdict"
      data-condition={pool.condition}
      data-active={pool.active}
    >
      <span className="emblem">
        <Icon name={conditionIcons[pool.condition] ?? "question"} size={34} />
      </span>
      <div className="words">
        <div className="says" aria-live="polite" aria-atomic="true">
          <p className="condition">
            <span data-testid="condition">{conditionText(pool)}</span>
            <span className="muted">Pool {pool.id}</span>
            {isDryRun(pool) && (
              <span className="chip dry" data-testid="dry-run">
                Dry run
              </span>
            )}
            {!connected && <span className="stale-mark">Last known, not live</span>}
          </p>
          <h2 data-testid="headline">{headline(pool)}</h2>
          <p className="why" data-testid="why">
            {told({ kind: "ActiveChanged", sentence: pool.sentence, enforced: !notDone })}
          </p>
        </div>
        {isDryRun(pool) && (
          <p className="aside" data-testid="dry-run-words">
            This pool judges and does not act: requests follow the order of preference and the operators' words only.
          </p>
        )}
        <dl className="facts">
          <Fact term={serves ? "Since" : `Last active ${pool.active}, since`}>
            <time dateTime={pool.activeSince} title={pool.activeSince}>
              {dayAndClock(pool.activeSince, now)}
            </time>
            <span className="muted"> for {span(now - Date.parse(pool.activeSince))}</span>
          </Fact>
          <Fact term="Epoch">
            <span data-testid="epoch">{pool.epoch}</span>
          </Fact>
          <Fact term="Cause">{pool.cause}</Fact>
          {serves && !notDone && change !== undefined && <Cost change={change} />}
          {pool.failbackDueAt !== null && (
            <Fact term="Failback">
              <span data-testid="failback-due">in {span(Date.parse(pool.failbackDueAt) - now + 999)}</span>
              <span className="muted"> at {clock(pool.failbackDueAt)}</span>
            </Fact>
          )}
          {pool.held && (
            <Fact term="Held">
              <Icon name="hold" size={14} /> no automatic change
            </Fact>
          )}
          {pool.restsUntil && (
            <Fact term="Rests until">
              <span data-testid="rests">
                <time dateTime={pool.restsUntil} title={pool.restsUntil}>
                  {clockMinutes(pool.restsUntil)}
                </time>
                <span className="muted"> because it has changed too often; it makes no change by itself</span>
              </span>
            </Fact>
          )}
          {pool.pinned && (
            <Fact term="Pinned">
              <Icon name="pin" size={14} /> by an operator, no failback
            </Fact>
          )}
        </dl>
      </div>
      <PoolActions situation={situation} />
    </div>
  );
}

function Fact({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Cost({ change }: { change: Change }) {
  const word = change.kind.charAt(0).toUpperCase() + change.kind.slice(1);
  const took =
    change.detectionMs === null || change.failoverMs === null ? null : change.detectionMs + change.failoverMs;
  return (
    <>
      {took !== null && (
        <Fact term={`${word} took`}>
          <span title="Detection and failover together">{ms(took)}</span>
        </Fact>
      )}
      <Fact term={`${word} cost`}>
        <span data-testid="cost">{cost(change)}</span>
      </Fact>
    </>
  );
}

function PoolActions({ situation }: { situation: Situation }) {
  const { run } = useToasts();
  const { pool } = situation;
  // A held pool may rest as well; one word ends both.
  const may = { release: pool.held || Boolean(pool.restsUntil), hold: !pool.held };
  return (
    <div className="actions" role="group" aria-label={`Steer ${pool.id}`}>
      <Action
        refusal={poolRefusal("failback", situation)}
        hint="Back to the preferred backend now"
        testId={`failback-${pool.id}`}
        onRun={() => void run({ do: "failback", pool: pool.id, expectedEpoch: pool.epoch })}
      >
        <Icon name="failback" /> Fail back
      </Action>
      {may.hold && (
        <Action
          refusal={poolRefusal("hold", situation)}
          hint="No automatic change until released"
          testId={`hold-${pool.id}`}
          onRun={() => void run({ do: "hold", pool: pool.id })}
        >
          <Icon name="hold" /> Hold
        </Action>
      )}
      {may.release && (
        <Action
          refusal={poolRefusal("release", situation)}
          hint="Allow automatic changes again"
          tone="primary"
          testId={`release-${pool.id}`}
          onRun={() => void run({ do: "release", pool: pool.id })}
        >
          <Icon name="play" /> Release
        </Action>
      )}
    </div>
  );
}
