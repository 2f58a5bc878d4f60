import { createContext, use, useCallback, useMemo, useState, type ReactNode } from "react";
import type { Command } from "../operate/api.ts";
import { useLive } from "./context.ts";
import { Icon } from "./Icon.tsx";

type Tone = "done" | "refused";
interface Toast {
  readonly id: number;
  readonly tone: Tone;
  readonly sentence: string;
}

interface Toasts {
  toast(tone: Tone, sentence: string): void;
  /** Sends a command and says its outcome. */
  run(command: Command): Promise<void>;
}

const ToastContext = createContext<Toasts | null>(null);
const shownMs = { done: 5000, refused: 12_000 };
const most = 4;
let nextId = 0;

export function useToasts(): Toasts {
  const toasts = use(ToastContext);
  if (toasts === null) throw new Error("A view was rendered outside of ToastRegion.");
  return toasts;
}

export function ToastRegion({ children }: { children: ReactNode }) {
  const { operator } = useLive();
  const [shown, setShown] = useState<readonly Toast[]>([]);
  const dismiss = useCallback((id: number) => setShown((all) => all.filter((toast) => toast.id !== id)), []);
  const toasts = useMemo((): Toasts => {
    const toast = (tone: Tone, sentence: string) => {
      const id = nextId++;
      // The same sentence twice is one toast: pressing a refused button again must not pile up.
      setShown((all) => [...all.filter((other) => other.sentence !== sentence), { id, tone, sentence }].slice(-most));
      setTimeout(() => dismiss(id), shownMs[tone]);
    };
    const run = async (command: Command) => {
      const answer = await operator(command);
      toast(answer.accepted ? "done" : "refused", answer.sentence);
    };
    return { toast, run };
  }, [operator, dismiss]);
  return (
    <ToastContext value={toasts}>
      {children}
      <div className="toasts" role="region" aria-label="Answers to commands" aria-live="assertive">
        {shown.map((toast) => (
          <div key={toast.id} className={`toast ${toast.tone}`} data-testid="toast" data-tone={toast.tone}>
            <Icon name={toast.tone === "done" ? "check" : "warning"} />
            <p>
              <strong>{toast.tone === "done" ? "Done. " : "Not done. "}</strong>
              {toast.sentence}
            </p>
            <button type="button" className="button quiet" aria-label="Dismiss" onClick={() => dismiss(toast.id)}>
              <Icon name="cross" />
            </button>
          </div>
        ))}
      </div>
    </ToastContext>
  );
}
