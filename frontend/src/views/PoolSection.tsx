import { useMemo } from "react";
import { attemptsHistory, backendFigures, latestFigures } from "../model/select.ts";
import type { Pool } from "../model/contract.ts";
import type { Situation } from "../operate/capabilities.ts";
import { BackendCard } from "./BackendCard.tsx";
import { Chart } from "./Chart.tsx";
import { useConnected, useModel } from "./context.ts";
import { Happenings } from "./Happenings.tsx";
import { Savings } from "./Savings.tsx";
import { Verdict } from "./Verdict.tsx";

const sparkSeconds = 60;

export function PoolSection({ pool }: { pool: Pool }) {
  const connected = useConnected();
  const gateway = useModel((state) => state.gateway);
  const figures = useModel((state) => state.figures);
  const situation = useMemo((): Situation => ({ connected, gateway, pool }), [connected, gateway, pool]);
  const latest = latestFigures(figures, pool.id);
  return (
    <section className="pool" aria-label={`Pool ${pool.id}`} data-testid={`pool-${pool.id}`}>
      <Verdict situation={situation} />
      <Savings pool={pool.id} />
      <ul className="cards" aria-label={`Backends of ${pool.id}`}>
        {pool.backends.map((backend) => (
          <BackendCard
            key={backend.id}
            situation={situation}
            backend={backend}
            figures={backendFigures(latest, backend.id)}
            attempts={attemptsHistory(figures, pool.id, backend.id, sparkSeconds)}
          />
        ))}
      </ul>
      <div className="split">
        <Chart pool={pool.id} />
        <Happenings pool={pool.id} />
      </div>
    </section>
  );
}
