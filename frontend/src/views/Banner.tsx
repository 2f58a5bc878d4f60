import { span } from "../model/format.ts";
import { useLink, useLive, useSecond } from "./context.ts";
import { Icon } from "./Icon.tsx";

/** Says that the page is out of date, for how long, and that it is being healed. */
export function Banner() {
  const live = useLive();
  const lost = useLink((link) => link.phase === "lost");
  const lastHeardAt = useLink((link) => (link.phase === "lost" ? link.lastHeardAt : null));
  const nextTryAt = useLink((link) => (link.phase === "lost" ? link.nextTryAt : null));
  const second = useSecond();
  if (!lost) return null;
  const wait = nextTryAt === null ? 0 : Math.ceil((nextTryAt - second) / 1000);
  return (
    <div className="banner" role="alert" data-testid="banner">
      <Icon name="unplugged" size={20} />
      <p>
        {lastHeardAt === null ? (
          <strong>No gateway answers at {location.host}</strong>
        ) : (
          <>
            <strong>Connection to the gateway lost</strong>, last heard{" "}
            <span aria-hidden="true">{span(second + 999 - lastHeardAt)} ago</span>
          </>
        )}
        , reconnecting…
        <span className="muted" aria-hidden="true">
          {wait > 1 ? ` next try in ${wait} s` : " trying now"}
        </span>
      </p>
      <button type="button" className="button" onClick={live.tryNow}>
        Try now
      </button>
    </div>
  );
}
