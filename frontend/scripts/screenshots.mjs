// Pictures of a running gateway in demo mode: node scripts/screenshots.mjs [folder]   (GATEWAY_URL, default http://localhost:8021)
// It breaks the primary on the way and mends it again.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "@playwright/test";

const folder = process.argv[2] ?? "screenshots";
const address = process.env.GATEWAY_URL ?? "http://localhost:8021";
const patience = { timeout: 60_000 };
await mkdir(folder, { recursive: true });

const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-quic", "--disable-background-networking"],
});

async function open(width, height, colorScheme) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme, deviceScaleFactor: 2 });
    await page.goto(address);
    await page.locator('[data-testid="link"][data-phase="live"]').waitFor(patience);
    await page.locator('[data-testid="chart"] canvas').waitFor(patience);
    return page;
}

const take = (page, name, fullPage = false) => page.screenshot({ path: join(folder, `${name}.png`), fullPage });
const serves = (page, backend) => page.locator(`[data-testid="verdict"][data-active="${backend}"]`).waitFor(patience);

try {
    const light = await open(1280, 860, "light");
    const dark = await open(1280, 860, "dark");
    const small = await open(400, 860, "light");
    await serves(light, "primary");
    await take(light, "normal");
    await take(light, "normal-full", true);
    await take(dark, "dark");
    await take(small, "narrow");
    await take(small, "narrow-full", true);

    await light.getByTestId("fail-primary").click();
    await light.getByTestId("fail-mode").selectOption("exit");
    await take(light, "fail-menu");
    await light.getByTestId("fail-now").click();
    await serves(light, "secondary");
    // The second after the fault is the first whose figures show it.
    await light.waitForTimeout(2500);
    await take(light, "outage");
    await take(light, "outage-full", true);
    await take(dark, "outage-dark");
    await take(small, "outage-narrow");
} finally {
    await browser.close();
}
