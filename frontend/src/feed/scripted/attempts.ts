import type { AttemptFigures, FaultMode } from "../../model/contract.ts";

// What a scripted pool claims to have done for its requests: totals that grow with what it draws for each second.

export class ScriptedAttempts {
  private told: AttemptFigures = {
    rescued: { connect: 0, timeout: 0, broken: 0, status: 0, silent: 0, verdict: 0, "broke-off": 0 },
    hedgesWon: 0,
    hedgesLost: 0,
    held: 0,
    heldTotal: 0,
    budgetTokens: 800,
    budgetExhausted: 0,
    poison: 0,
    resumed: 0,
  };

  /** Tells the totals after a second in which so many were rescued from a backend with that fault, and so many wait. */
  after(rescued: number, fault: FaultMode | undefined, waiting: number): AttemptFigures {
    const { told } = this;
    const cut = Math.floor(rescued / 5);
    const reason = fault === undefined ? "silent" : reasons[fault];
    const hedged = reason === "silent" ? rescued - cut : 0;
    this.told = {
      ...told,
      rescued: {
        ...told.rescued,
        [reason]: (told.rescued[reason] ?? 0) + rescued - cut,
        verdict: (told.rescued.verdict ?? 0) + cut,
      },
      hedgesWon: told.hedgesWon + hedged,
      hedgesLost: told.hedgesLost + Math.floor(hedged / 12),
      held: waiting,
      heldTotal: told.heldTotal + Math.max(0, waiting - told.held),
      budgetTokens: Math.min(800, told.budgetTokens + 86 - rescued),
      resumed: told.resumed + (reason === "broke-off" ? rescued - cut : 0),
    };
    return this.told;
  }
}

const reasons: Record<FaultMode, string> = {
  exit: "connect",
  hang: "silent",
  error: "status",
  slow: "silent",
  reset: "broken",
  forbidden: "status",
  truncate: "broke-off",
  unhealthy: "status",
  drain: "status",
};
