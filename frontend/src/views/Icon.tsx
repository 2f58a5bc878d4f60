// Every picture of the page, drawn here so that nothing is fetched. Icons repeat a word that stands beside them.

const paths = {
  check: "M20 6 9 17l-5-5",
  warning: "M12 9v4m0 4h.01M10.3 3.9 1.8 18a2 2 0 0 0 1.7 3h17a2 2 0 0 0 1.7-3L13.7 3.9a2 2 0 0 0-3.4 0Z",
  cross: "M18 6 6 18M6 6l12 12",
  question: "M9.1 9a3 3 0 0 1 5.8 1c0 2-3 3-3 3m.1 4h.01",
  failover: "M13 2 4 14h7l-1 8 9-12h-7l1-8Z",
  switchover: "m16 3 4 4-4 4M20 7H8m0 14-4-4 4-4m-4 4h12",
  failback: "M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  hold: "M9 5v14M15 5v14",
  play: "m7 4 13 8-13 8V4Z",
  pin: "M12 17v5M8 3h8l-1 7 3 3v2H6v-2l3-3-1-7Z",
  unplugged: "m2 2 20 20M8.5 16.4a5 5 0 0 1 7 0M5 12.9a10 10 0 0 1 5.2-2.7m4 .2a10 10 0 0 1 4.8 2.5M12 20h.01",
  chevron: "m6 9 6 6 6-6",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  arrow: "M5 12h14m-6-6 6 6-6 6",
  dot: "M12 12h.01",
  moon: "M20.5 14.5A8.5 8.5 0 1 1 9.5 3.5a7 7 0 0 0 11 11Z",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
