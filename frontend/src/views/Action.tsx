import type { ReactNode } from "react";
import { useToasts } from "./Toasts.tsx";

interface ActionProps {
  readonly children: ReactNode;
  readonly onRun: () => void;
  /** Why it cannot be done now, in one sentence; null when it can. */
  readonly refusal: string | null;
  readonly hint?: string;
  readonly tone?: "plain" | "primary" | "danger" | "quiet";
  readonly testId?: string;
  readonly expanded?: boolean;
  readonly label?: string;
}

/**
 * A button that knows why it is not available. It stays focusable then, so that the reason can be reached with the
 * keyboard and by touch: pressing it says the reason instead of doing nothing.
 */
export function Action({ children, onRun, refusal, hint, tone = "plain", testId, expanded, label }: ActionProps) {
  const { toast } = useToasts();
  const press = () => (refusal === null ? onRun() : toast("refused", refusal));
  return (
    <button
      type="button"
      className={`button ${tone}`}
      aria-disabled={refusal !== null}
      aria-expanded={expanded}
      aria-label={label}
      title={refusal ?? hint}
      data-testid={testId}
      onClick={press}
    >
      {children}
    </button>
  );
}
