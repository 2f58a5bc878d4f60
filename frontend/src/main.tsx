import { createRoot } from "react-dom/client";
import { startFromAddress } from "./live.ts";
import { App } from "./views/App.tsx";
import { LiveContext } from "./views/context.ts";
import { applyTheme, storedTheme } from "./views/theme.ts";
import "uplot/dist/uPlot.min.css";
import "./styles/tokens.css";
import "./styles/page.css";
import "./styles/controls.css";
import "./styles/verdict.css";
import "./styles/savings.css";
import "./styles/chart.css";
import "./styles/history.css";
import "./styles/log.css";

applyTheme(storedTheme());
const live = await startFromAddress(location.search);
createRoot(document.getElementById("root")!).render(
  <LiveContext value={live}>
    <App />
  </LiveContext>,
);
