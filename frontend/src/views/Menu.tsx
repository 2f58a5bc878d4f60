import { useEffect, useRef, useState, type ReactNode } from "react";
import { Action } from "./Action.tsx";
import { Icon } from "./Icon.tsx";

interface MenuProps {
  readonly button: ReactNode;
  readonly label: string;
  readonly refusal?: string | null;
  readonly tone?: "plain" | "danger" | "quiet";
  readonly testId: string;
  readonly chevron?: boolean;
  readonly children: (close: () => void) => ReactNode;
}

/** A button and a small panel below it. Escape, a click elsewhere and leaving it with Tab close the panel. */
export function Menu({ button, label, refusal = null, tone = "plain", testId, chevron = true, children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const panel = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!open) return;
    panel.current?.querySelector<HTMLElement>("select, input, button")?.focus();
    const elsewhere = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", elsewhere);
    document.addEventListener("focusin", elsewhere);
    return () => {
      document.removeEventListener("pointerdown", elsewhere);
      document.removeEventListener("focusin", elsewhere);
    };
  }, [open]);

  const close = () => {
    setOpen(false);
    root.current?.querySelector<HTMLElement>("button")?.focus();
  };
  return (
    <div
      className="menu"
      ref={root}
      onKeyDown={(event) => {
        if (event.key === "Escape" && open) close();
      }}
    >
      <Action
        onRun={() => setOpen(!open)}
        refusal={refusal}
        tone={tone}
        testId={testId}
        expanded={open}
        label={label}
        hint={label}
      >
        {button}
        {chevron && <Icon name="chevron" size={14} />}
      </Action>
      {open && (
        <div className="panel" role="group" aria-label={label} ref={panel} data-testid={`${testId}-panel`}>
          {children(close)}
        </div>
      )}
    </div>
  );
}
