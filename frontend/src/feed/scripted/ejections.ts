import { iso, type Ward } from "./stage.ts";

// What live traffic ejects stays out for a while, is on trial then, and comes back or is ejected for longer.

const firstMs = 6000;
const longestMs = 120_000;
const trialEveryMs = 300;
const wanted = 5;

export class ScriptedEjections {
  private readonly ward: Ward;
  private readonly times = new Map<string, number>();

  constructor(ward: Ward) {
    this.ward = ward;
  }

  eject(id: string, why: string): void {
    const { stage } = this.ward;
    const times = (this.times.get(id) ?? 0) + 1;
    this.times.set(id, times);
    const lasts = Math.min(longestMs, firstMs * 2 ** (times - 1));
    const until = iso(stage.now() + lasts);
    const reason = `${id} is ejected for ${lasts / 1000} s: ${why}`;
    this.ward.update(id, { health: "down", ejected: true, trial: null, ejectedUntil: until, reason });
    this.ward.tell("BackendWentDown", reason);
    stage.later(lasts, () => {
      if (this.ward.backend(id)?.ejectedUntil === until) this.begin(id);
    });
  }

  forget(id: string): void {
    this.times.delete(id);
  }

  private begin(id: string): void {
    const reason = `${id} is on trial: ${wanted} requests in a row answered well bring it back.`;
    this.ward.update(id, { ejectedUntil: null, trial: { passed: 0, wanted }, reason });
    this.ward.tell("BackendOnTrial", reason);
    this.next(id);
  }

  private next(id: string): void {
    this.ward.stage.later(trialEveryMs, () => {
      const trial = this.ward.backend(id)?.trial;
      if (!trial) return;
      if (this.ward.isBroken(id)) return this.eject(id, "a trial request failed.");
      if (trial.passed + 1 === wanted) return this.ward.cameUp(id, `it answered ${wanted} trial requests in a row well.`);
      // As with a real gateway nobody is told of the single request.
      this.ward.update(id, { trial: { passed: trial.passed + 1, wanted } });
      this.next(id);
    });
  }
}
