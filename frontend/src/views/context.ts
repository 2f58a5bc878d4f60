import { createContext, use, useCallback, useSyncExternalStore } from "react";
import type { Link } from "../feed/watch.ts";
import type { Live } from "../live.ts";
import { gatewayNow } from "../model/select.ts";
import type { State } from "../model/state.ts";
import { useStore } from "../store.ts";

export const LiveContext = createContext<Live | null>(null);

export function useLive(): Live {
  const live = use(LiveContext);
  if (live === null) throw new Error("A view was rendered outside of LiveContext.");
  return live;
}

export const useModel = <S>(select: (state: State) => S): S => useStore(useLive().state, select);
export const useLink = <S>(select: (link: Link) => S): S => useStore(useLive().link, select);
export const useConnected = (): boolean => useLink((link) => link.phase === "live");

const secondMs = 1000;

function onSecond(listener: () => void): () => void {
  const timer = setInterval(listener, secondMs);
  return () => clearInterval(timer);
}

/** This machine's time in whole seconds; a view that uses it renders once a second. */
export function useSecond(): number {
  const read = () => Math.floor(Date.now() / secondMs) * secondMs;
  return useSyncExternalStore(onSecond, read, read);
}

/** The gateway's time. It stands still while the connection is lost, as everything else that is shown does. */
export function useGatewayTime(): number {
  const second = useSecond();
  const lost = useLink((link) => (link.phase === "lost" ? link.lastHeardAt : null));
  const at = useCallback((state: State) => gatewayNow(state, lost ?? second), [lost, second]);
  return useModel(at);
}
