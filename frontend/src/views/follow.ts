import { useEffect, useRef, useState, type HTMLAttributes, type RefObject } from "react";

const nearEndPx = 24;
const upwards = ["ArrowUp", "PageUp", "Home"];
const downwards = ["ArrowDown", "PageDown", "End", " "];

export interface Follow {
  readonly on: boolean;
  toggle(): void;
  readonly handlers: HTMLAttributes<HTMLDivElement>;
}

/**
 * Keeps a scrolling box at its end until its reader goes up, and again once the reader went down to the end. The box
 * also scrolls when lines come and go, so a scroll event alone says nothing: the reader's wheel, keys and fingers do.
 */
export function useFollow(box: RefObject<HTMLDivElement | null>, content: unknown): Follow {
  const [on, setShown] = useState(true);
  // The scroll that a wheel causes comes before the next render: what it asks has to be known at once.
  const following = useRef(true);
  const wantsEnd = useRef(false);

  const toEnd = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  };
  useEffect(() => {
    if (on) toEnd();
  }, [on, content]);

  const setOn = (value: boolean) => {
    following.current = value;
    setShown(value);
  };
  const away = () => {
    wantsEnd.current = false;
    setOn(false);
  };
  const down = () => {
    wantsEnd.current = true;
  };
  const scrolled = () => {
    const element = box.current;
    if (!element) return;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < nearEndPx;
    if (atEnd && wantsEnd.current) setOn(true);
    else if (!atEnd && following.current) toEnd();
  };
  return {
    on,
    toggle: () => setOn(!on),
    handlers: {
      onScroll: scrolled,
      onWheel: (event) => (event.deltaY < 0 ? away() : down()),
      onTouchMove: away,
      onTouchEnd: down,
      onKeyDown: (event) => {
        if (upwards.includes(event.key)) away();
        else if (downwards.includes(event.key)) down();
      },
      // The box itself, not a line in it, is what the scroll bar belongs to.
      onPointerDown: (event) => {
        if (event.target === event.currentTarget) away();
      },
    },
  };
}
