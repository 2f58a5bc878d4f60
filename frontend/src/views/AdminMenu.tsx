import { memo } from "react";
import type { Backend } from "../model/contract.ts";
import { backendRefusal, type Situation } from "../operate/capabilities.ts";
import { Action } from "./Action.tsx";
import { Icon } from "./Icon.tsx";
import { Menu } from "./Menu.tsx";
import { useToasts } from "./Toasts.tsx";

const actions = [
  ["drain", "Drain", "no new requests"],
  ["disable", "Disable", "out of the pool"],
  ["enable", "Enable", "ends drain and disable"],
  ["reset", "Reset", "forget its failures"],
] as const;

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
        actions.map(([action, word, meaning]) => (
          <Action
            key={action}
            tone="quiet"
            refusal={backendRefusal(action, situation, backend)}
            testId={`${action}-${backend.id}`}
            onRun={() => {
              close();
              void run({ do: action, pool: situation.pool.id, backend: backend.id });
            }}
          >
            {word} <span className="muted">{meaning}</span>
          </Action>
        ))
      }
    </Menu>
  );
});
