import { expect, it } from "vitest";
import { apply } from "../../model/apply.ts";
import { savings } from "../../model/savings.ts";
import { emptyState, type State } from "../../model/state.ts";
import { ScriptedGateway } from "./index.ts";

// The scripted gateway and the model against each other: an outage from the first message to the failback.

it("an outage plays from fault to failback, and apply follows it", async () => {
  const start = Date.UTC(2026, 10, 21, 10);
  const gateway = new ScriptedGateway("", start);
  let state: State = emptyState;
  gateway.open(
    null,
    {
      message: (message) => {
        state = apply(state, message, start);
      },
      ended: () => undefined,
    },
    0,
  );
  await Promise.resolve();
  expect(state.pools[0]).toMatchObject({ active: "primary", condition: "steady" });
  expect(state.figures.length).toBeGreaterThan(250);
  const epoch = state.pools[0]?.epoch ?? 0;

  const before = savings(state.figures, "api");
  expect(before).toMatchObject({ quiet: false, waiting: 0 });
  gateway.command({ do: "fail", pool: "api", backend: "primary", mode: "hang", for: "" });
  gateway.advanceTo(start + 1000);
  expect(state.pools[0]).toMatchObject({ active: "secondary", condition: "degraded", epoch: epoch + 1 });
  expect(state.changes[0]).toMatchObject({ kind: "failover", measured: false });

  gateway.advanceTo(start + 6000);
  expect(savings(state.figures, "api")?.rescued).toBeGreaterThan(before?.rescued ?? 0);
  expect(savings(state.figures, "api")?.why).toContain("was silent");
  expect(state.changes[0]).toMatchObject({ kind: "failover", measured: true });

  gateway.command({ do: "recover", pool: "api", backend: "primary" });
  gateway.advanceTo(start + 13_000);
  expect(state.pools[0]).toMatchObject({ active: "primary", condition: "steady", epoch: epoch + 2 });
  expect(state.changes[0]?.kind).toBe("failback");
});

it("a command for an epoch that has passed is refused with a sentence", () => {
  const gateway = new ScriptedGateway("", Date.now());
  const answer = gateway.command({ do: "switchover", pool: "api", to: "secondary", expectedEpoch: 0 });
  expect(answer.accepted).toBe(false);
  expect(answer.sentence).toContain("epoch");
});
