import { memo } from "react";
import type { Backend, Pool } from "../model/contract.ts";
import type { Command } from "../operate/api.ts";
import { backendRefusal, type Situation } from "../operate/capabilities.ts";
import { Action } from "./Action.tsx";
import { Icon } from "./Icon.tsx";
import { Menu } from "./Menu.tsx";
import { useToasts } from "./Toasts.tsx";

type Administering = "drain" | "disable" | "enable" | "reset";

/** What it does, the time that what is under way has to finish, how it is called, and what that means. */
const actions: readonly (readonly [Administering, string, string, string])[] = [
  ["drain", "", "Drain", "no new requests"],
  ["drain", "30s", "Drain, 30 s", "what is left then is cut"],
  ["drain", "5m", "Drain, 5 min", "what is left then is cut"],
  ["disable", "", "Disable", "out of the pool"],
  ["enable", "", "Enable", "ends drain and disable"],
  ["reset", "", "Reset", "forget its failures"],
];

function commandOf(action: Administering, within: string, pool: Pool, backend: string): Command {
  if (action !== "drain") return { do: action, pool: pool.id, backend };
  const drain = { do: action, pool: pool.id, backend, expectedEpoch: pool.epoch };
  return within === "" ? drain : { ...drain, within };
}

export const AdminMenu = memo(function AdminMenu({ situation, backend }: { situation: Situation; backend: Backend }) {
  const { run } = useToasts();
  return (
    <Menu
      button={<Icon name="more" />}
      label={`More about ${backend.id}`}
      tone="quiet"
      testId={`more-${backend.id}`}
      chevron={false}
    >
      {(close) =>
        actions.map(([action, within, word, meaning]) => (
          <Action
            key={word}
            tone="quiet"
            refusal={backendRefusal(action, situation, backend)}
            testId={`${action}-${within && `${within}-`}${backend.id}`}
            onRun={() => {
              close();
              void run(commandOf(action, within, situation.pool, backend.id));
            }}
          >
            {word} <span className="muted">{meaning}</span>
          </Action>
        ))
      }
    </Menu>
  );
});
