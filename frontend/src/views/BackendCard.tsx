import { memo } from "react";
import type { Backend, BackendFigures } from "../model/contract.ts";
import { count, dash, ms, span } from "../model/format.ts";
import { healthStanding, roleWord, serviceStanding, type Standing } from "../model/standing.ts";
import { backendRefusal, type Situation } from "../operate/capabilities.ts";
import { Action } from "./Action.tsx";
import { AdminMenu } from "./AdminMenu.tsx";
import { Countdown } from "./Countdown.tsx";
import { useGatewayTime } from "./context.ts";
import { FailMenu } from "./FailMenu.tsx";
import { Icon, type IconName } from "./Icon.tsx";
import { Spark } from "./Spark.tsx";
import { useToasts } from "./Toasts.tsx";

interface CardProps {
  readonly situation: Situation;
  readonly backend: Backend;
  readonly figures: BackendFigures | undefined;
  readonly attempts: readonly (number | null)[];
}

const healthIcons: Record<string, IconName> = {
  up: "check",
  suspected: "question",
  down: "cross",
  unknown: "question",
};

export function BackendCard({ situation, backend, figures, attempts }: CardProps) {
  const { id } = backend;
  const first = Math.min(...situation.pool.backends.map((other) => other.tier));
  return (
    <li
      className={`card ${backend.role} ${backend.health}`}
      data-testid={`backend-${id}`}
      data-role={backend.role}
      data-health={backend.health}
      data-admin={backend.admin}
    >
      <header>
        <div className="marks">
          <h3>{id}</h3>
          <span className={`chip role-${backend.role}`} data-testid="role">
            {backend.role === "active" && <Icon name="arrow" size={13} />}
            {roleWord(situation.pool, backend)}
          </span>
          <StandingChip
            standing={healthStanding(backend)}
            tone={backend.trial ? "health-trial" : `health-${backend.health}`}
            icon={backend.trial ? "question" : (healthIcons[backend.health] ?? "question")}
            testId="health"
          />
          {serviceStanding(backend, figures?.inFlight).map((standing) => (
            <StandingChip key={standing.words} standing={standing} tone="admin" icon="hold" testId="admin" />
          ))}
          {backend.added && (
            <span
              className="chip added"
              data-testid="added"
              title="Added by an operator; the configuration does not name it."
            >
              added
            </span>
          )}
        </div>
        <span className="tier muted" title={`tier ${backend.tier}, ${backend.address}`}>
          {backend.tier === first ? "preferred" : `tier ${backend.tier}`}
        </span>
        <AdminMenu situation={situation} backend={backend} />
      </header>
      <Reason backend={backend} />
      <div className="traffic">
        <p className="rate">
          <strong data-testid="attempts">{count(figures?.attempts)}</strong> <span className="muted">attempts/s</span>
        </p>
        <Spark values={attempts} label={`Attempts at ${id} in each second of the last minute`} />
      </div>
      <dl className="numbers">
        <Number term="Failures" bad={(figures?.failures ?? 0) > 0} unit="/s">
          {count(figures?.failures)}
        </Number>
        <Number term="In flight">{count(figures?.inFlight)}</Number>
        <Number term="Probe" bad={figures?.probeOk === false}>
          {figures?.probeOk === false ? "failed" : ms(figures?.probeMs)}
        </Number>
        <Number term="Admin">{backend.admin === "in-service" ? "in service" : backend.admin || dash}</Number>
      </dl>
      <CardActions situation={situation} backend={backend} />
    </li>
  );
}

function StandingChip({
  standing,
  tone,
  icon,
  testId,
}: {
  standing: Standing;
  tone: string;
  icon: IconName;
  testId: string;
}) {
  return (
    <span className={`chip ${tone}`} data-testid={testId} title={standing.title || undefined}>
      <Icon name={icon} size={13} />
      <span>
        {standing.words}
        {standing.until !== null && (
          <>
            , <Countdown until={standing.until} over={standing.over} />
          </>
        )}
      </span>
    </span>
  );
}

function Reason({ backend }: { backend: Backend }) {
  const now = useGatewayTime();
  return (
    <p className="reason">
      {backend.reason}{" "}
      <span className="muted">
        for{" "}
        <time dateTime={backend.since} title={backend.since}>
          {span(now - Date.parse(backend.since))}
        </time>
      </span>
    </p>
  );
}

function Number({
  term,
  children,
  bad = false,
  unit = "",
}: {
  term: string;
  children: string;
  bad?: boolean;
  unit?: string;
}) {
  return (
    <div className={bad ? "bad" : undefined}>
      <dt>
        {term}
        {unit}
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Apart from the figures, which change every second, so that an open menu is not rendered with them. */
const CardActions = memo(function CardActions({ situation, backend }: { situation: Situation; backend: Backend }) {
  const { run } = useToasts();
  const { pool } = situation;
  const { id } = backend;
  return (
    <div className="actions" role="group" aria-label={`Steer ${id}`}>
      <Action
        refusal={backendRefusal("switchover", situation, backend)}
        hint={`Let ${id} serve, without failing a request`}
        testId={`switchover-${id}`}
        onRun={() => void run({ do: "switchover", pool: pool.id, to: id, expectedEpoch: pool.epoch })}
      >
        <Icon name="switchover" /> Switch over
      </Action>
      <FailMenu pool={pool} backend={backend} refusal={backendRefusal("fail", situation, backend)} />
      <Action
        refusal={backendRefusal("recover", situation, backend)}
        hint={`Mend ${id}`}
        testId={`recover-${id}`}
        onRun={() => void run({ do: "recover", pool: pool.id, backend: id })}
      >
        Recover
      </Action>
    </div>
  );
});
