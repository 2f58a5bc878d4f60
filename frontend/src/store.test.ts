import { describe, expect, it, vi } from "vitest";
import { batched, createStore } from "./store.ts";

describe("createStore", () => {
  it("tells listeners of another value, and not of the same", () => {
    const store = createStore(1);
    const listener = vi.fn();
    const leave = store.subscribe(listener);
    store.set(1);
    expect(listener).not.toHaveBeenCalled();
    store.set((value) => value + 1);
    expect(listener).toHaveBeenCalledTimes(1);
    leave();
    store.set(5);
    expect(listener).toHaveBeenCalledTimes(1);
  });
});

it("batched hands over everything of a frame at once, in order", () => {
  const frames: (() => void)[] = [];
  const flushed: number[][] = [];
  const add = batched<number>(
    {
      request: (run) => {
        frames.push(run);
        return () => undefined;
      },
    },
    (items) => flushed.push([...items]),
  );
  for (let index = 0; index < 200; index++) add(index);
  expect(frames).toHaveLength(1);
  frames.shift()?.();
  add(200);
  frames.shift()?.();
  expect(flushed.map((items) => items.length)).toEqual([200, 1]);
  expect(flushed[0]?.at(-1)).toBe(199);
});
