import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { told } from "../model/dryRun.ts";
import type { State } from "../model/state.ts";
import type { Command } from "../operate/api.ts";
import { useLive } from "./context.ts";
import { Icon } from "./Icon.tsx";

type Tone = "done" | "refused" | "dry";
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
const shownMs = { done: 5000, refused: 12_000, dry: 12_000 };
const tones = { done: ["check", "Done. "], refused: ["warning", "Not done. "], dry: ["question", "Dry run. "] } as const;
const most = 4;
/** Of so many events at most is looked for news when they come at once. */
const newsWithin = 20;
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
  useDryRunToasts(toasts);
  return (
    <ToastContext value={toasts}>
      {children}
      <div className="toasts" role="region" aria-label="Answers to commands" aria-live="assertive">
        {shown.map((toast) => (
          <div key={toast.id} className={`toast ${toast.tone}`} data-testid="toast" data-tone={toast.tone}>
            <Icon name={tones[toast.tone][0]} />
            <p>
              <strong>{tones[toast.tone][1]}</strong>
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

const newestOf = ({ events }: State): number => Date.parse(events.at(-1)?.at ?? "") || 0;

/** Says what a pool in a dry run would have changed, as it happens: nothing else on the page moves then. */
function useDryRunToasts({ toast }: Toasts): void {
  const { state } = useLive();
  useEffect(() => {
    // What was known when the page came, or what a snapshot tells again, is no news.
    let heard = state.get().gateway === null ? null : newestOf(state.get());
    return state.subscribe(() => {
      const { events, gateway } = state.get();
      const newest = newestOf(state.get());
      const since = heard ?? newest;
      if (gateway === null || newest === heard) return;
      for (const event of events.slice(-newsWithin)) {
        const news = event.enforced === false && event.kind === "ActiveChanged" && Date.parse(event.at) > since;
        if (news) toast("dry", told(event));
      }
      heard = newest;
    });
  }, [state, toast]);
}
