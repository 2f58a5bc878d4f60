import { iso, type Ward } from "./stage.ts";

// Requests that are under way at a draining backend finish one by one; those that do not in time are ended.

const requests = 6;
const eachMs = 2500;

export class ScriptedDrains {
  private readonly ward: Ward;
  private readonly left = new Map<string, number>();

  constructor(ward: Ward) {
    this.ward = ward;
  }

  underWay(id: string): number {
    return this.left.get(id) ?? 0;
  }

  begin(id: string, withinMs: number | null): void {
    const { stage } = this.ward;
    const until = withinMs === null ? null : iso(stage.now() + withinMs);
    this.left.set(id, requests);
    this.ward.update(id, { drainUntil: until, inFlight: requests });
    if (withinMs !== null)
      stage.later(withinMs, () => {
        if (this.ward.backend(id)?.drainUntil === until) this.end(id, "its time is over; what was under way is ended.");
      });
    this.finishOne(id);
  }

  private finishOne(id: string): void {
    this.ward.stage.later(eachMs, () => {
      const backend = this.ward.backend(id);
      if (backend?.admin !== "draining" || backend.drained) return void this.left.delete(id);
      this.left.set(id, this.underWay(id) - 1);
      if (this.underWay(id) > 0) this.finishOne(id);
      else this.end(id, "nothing is under way there any more.");
    });
  }

  private end(id: string, why: string): void {
    this.left.delete(id);
    this.ward.update(id, { drained: true, drainUntil: null, inFlight: 0, reason: `${id} is drained: ${why}` });
    this.ward.tell("BackendDrained", `${id} is drained: ${why}`);
  }
}
