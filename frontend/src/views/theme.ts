import { useState } from "react";

export type Theme = "auto" | "light" | "dark";
const themes: readonly Theme[] = ["auto", "light", "dark"];
const key = "gateway-theme";

// Storage may be forbidden (private windows, policies); the choice then lasts as long as the page.

export function storedTheme(): Theme {
  try {
    return themes.find((theme) => theme === localStorage.getItem(key)) ?? "auto";
  } catch {
    return "auto";
  }
}

export function applyTheme(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState(storedTheme);
  const next = () => {
    const chosen = themes[(themes.indexOf(theme) + 1) % themes.length] ?? "auto";
    applyTheme(chosen);
    setTheme(chosen);
    try {
      localStorage.setItem(key, chosen);
    } catch {
      // The choice still holds for this page.
    }
  };
  return [theme, next];
}

/** Calls back when the colours of the page change, by the system's choice or by the toggle. */
export function onThemeChange(listener: () => void): () => void {
  const query = matchMedia("(prefers-color-scheme: dark)");
  query.addEventListener("change", listener);
  const watcher = new MutationObserver(listener);
  watcher.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => {
    query.removeEventListener("change", listener);
    watcher.disconnect();
  };
}
