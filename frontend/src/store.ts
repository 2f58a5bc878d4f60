import { useSyncExternalStore } from "react";

// A value, a way to replace it and a way to hear of it. It knows neither the gateway nor a view.

export interface Store<T> {
  get(): T;
  set(next: T | ((current: T) => T)): void;
  subscribe(listener: () => void): () => void;
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      const replaced = typeof next === "function" ? (next as (current: T) => T)(value) : next;
      if (Object.is(replaced, value)) return;
      value = replaced;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The view's window on a store. `select` must return the same object for the same state, or a plain value. */
export function useStore<T, S>(store: Store<T>, select: (value: T) => S): S {
  const read = () => select(store.get());
  return useSyncExternalStore(store.subscribe, read, read);
}

export interface Frames {
  request(run: () => void): () => void;
}

/** A frame, or a quarter of a second where the page is hidden and the browser draws no frames. */
export const browserFrames: Frames = {
  request(run) {
    const stop = () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
    const once = () => {
      stop();
      run();
    };
    const frame = requestAnimationFrame(once);
    const timer = setTimeout(once, 250);
    return stop;
  },
};

/** Collects items and hands them over once a frame, so that 200 messages a second cost 60 renderings at most. */
export function batched<T>(frames: Frames, flush: (items: readonly T[]) => void): (item: T) => void {
  let waiting: T[] = [];
  return (item) => {
    waiting.push(item);
    if (waiting.length > 1) return;
    frames.request(() => {
      const items = waiting;
      waiting = [];
      flush(items);
    });
  };
}
