import { useEffect } from "react";
import { headline } from "../model/select.ts";
import { Banner } from "./Banner.tsx";
import { useLink, useModel } from "./context.ts";
import { Header } from "./Header.tsx";
import { History } from "./History.tsx";
import { LogView } from "./LogView.tsx";
import { PoolSection } from "./PoolSection.tsx";
import { ToastRegion } from "./Toasts.tsx";

const worst = { failing: 0, degraded: 1, steady: 2 } as const;
const titleMarks = { failing: "✖", degraded: "▲", steady: "✔" } as const;

export function App() {
  const pools = useModel((state) => state.pools);
  const known = useModel((state) => state.gateway !== null);
  const lost = useLink((link) => link.phase === "lost");
  const first = [...pools].sort((one, other) => worst[one.condition] - worst[other.condition])[0];
  // A tab in the background shows no more than its title.
  const title =
    first === undefined
      ? "Gateway"
      : `${lost ? "(lost) " : ""}${titleMarks[first.condition]} ${headline(first)} · Gateway`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <ToastRegion>
      <a className="skip" href="#main">
        To the verdict
      </a>
      <Header />
      <Banner />
      <main id="main" className={lost ? "stale" : undefined} data-testid="main" data-stale={lost}>
        {!known && <Waiting />}
        {known && pools.length === 0 && (
          <p className="box empty">This gateway has no pools: no cluster is configured for failover.</p>
        )}
        {pools.map((pool) => (
          <PoolSection key={pool.id} pool={pool} />
        ))}
        {known && <History />}
        {known && <LogView />}
      </main>
      <footer>Times are this machine's; ages are by the gateway's clock.</footer>
    </ToastRegion>
  );
}

function Waiting() {
  return (
    <div className="verdict waiting" data-testid="waiting">
      <div className="words">
        <h2>Waiting for the gateway</h2>
        <p className="why">The page shows itself as soon as the gateway answers.</p>
      </div>
    </div>
  );
}
