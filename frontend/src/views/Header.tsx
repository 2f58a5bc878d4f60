import { span } from "../model/format.ts";
import { useGatewayTime, useLink, useModel } from "./context.ts";
import { Icon } from "./Icon.tsx";
import { useTheme } from "./theme.ts";

const linkWords = { live: "Live", connecting: "Connecting", lost: "Not live" } as const;

export function Header() {
  const gateway = useModel((state) => state.gateway);
  const phase = useLink((link) => link.phase);
  // Between a gap and the snapshot that closes it, some of what is shown is already untrue.
  const missing = useModel((state) => state.missing);
  const now = useGatewayTime();
  const [theme, nextTheme] = useTheme();
  return (
    <header className="top">
      <h1>
        <img src="/icon.svg" alt="" width="26" height="26" /> Gateway
      </h1>
      {gateway !== null && (
        <p className="identity">
          <span>{gateway.name}</span>
          <span className="muted">
            {gateway.version}, up {span(now - Date.parse(gateway.startedAt))}
          </span>
          {gateway.demo && <span className="chip">demo</span>}
        </p>
      )}
      <p className={`link ${phase}`} role="status" data-testid="link" data-phase={phase}>
        <span className="lamp" aria-hidden="true" />
        {phase === "live" && missing ? "Catching up" : linkWords[phase]}
      </p>
      <button
        type="button"
        className="button quiet"
        onClick={nextTheme}
        data-testid="theme"
        data-theme-choice={theme}
        title="Colours: as the system, light, dark"
      >
        <Icon name="moon" />{" "}
        <span className="theme-word">{theme === "auto" ? "Auto" : theme === "light" ? "Light" : "Dark"}</span>
      </button>
    </header>
  );
}
