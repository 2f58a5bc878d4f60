import { signalRSession } from "./feed/signalr.ts";
import { firstLink, watch, type Link, type OpenSession, type Watch } from "./feed/watch.ts";
import { httpOperator, type Operator } from "./operate/api.ts";
import { apply } from "./model/apply.ts";
import { emptyState, type State } from "./model/state.ts";
import { batched, browserFrames, createStore, type Store } from "./store.ts";

// Joins the feed, the model and the stores. The views read the stores and call the operator; nothing else.

export interface Live {
  readonly state: Store<State>;
  readonly link: Store<Link>;
  readonly operator: Operator;
  tryNow(): void;
}

export function startLive(open: OpenSession, operator: Operator): Live {
  const state = createStore<State>(emptyState);
  const link = createStore<Link>(firstLink);
  const hear = batched<{ message: unknown; heardAt: number }>(browserFrames, (items) =>
    state.set((current) => items.reduce((next, item) => apply(next, item.message, item.heardAt), current)),
  );
  const feed: Watch = watch(open, (message, heardAt) => hear({ message, heardAt }), link.set);
  // The browser knows before the back-off does that trying makes sense again.
  addEventListener("online", () => feed.tryNow());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) feed.tryNow();
  });
  return { state, link, operator, tryNow: () => feed.tryNow() };
}

/** `?demo` plays a scripted gateway inside the page; everything else talks to the gateway the page came from. */
export async function startFromAddress(search: string): Promise<Live> {
  const demo = new URLSearchParams(search).get("demo");
  if (demo === null && !import.meta.env.VITE_DEMO) return startLive(signalRSession("/proxy/live"), httpOperator(""));
  const { scriptedGateway } = await import("./feed/scripted/index.ts");
  const scripted = scriptedGateway(demo ?? "");
  return startLive(scripted.open, scripted.operator);
}
