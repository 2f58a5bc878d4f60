// Pictures of a running gateway in demo mode: node scripts/screenshots.mjs [folder]   (GATEWAY_URL, default http://localhost:8021)
// It is eight clients of the pool meanwhile (for WARM_UP seconds before the outage, default 90), makes the primary hang on the way,
// and in the end both backends exit; everything is mended again.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "@playwright/test";

const folder = process.argv[2] ?? "screenshots";
const address = process.env.GATEWAY_URL ?? "http://localhost:8021";
const patience = { timeout: 60_000 };
const warmUpMs = Number(process.env.WARM_UP ?? 90) * 1000;
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

/** Eight clients that ask for /api/data over and over, with a breath in between. */
function startTraffic() {
    let running = true;
    const tally = { sent: 0, failed: 0 };
    const loop = async () => {
        while (running) {
            tally.sent++;
            const good = await fetch(new URL("/api/data", address)).then(
                async (answer) => (await answer.arrayBuffer(), answer.ok),
                () => false,
            );
            if (!good) tally.failed++;
            await new Promise((resolve) => setTimeout(resolve, 20 + 40 * Math.random()));
        }
    };
    const loops = Array.from({ length: 8 }, loop);
    return async () => {
        running = false;
        await Promise.all(loops);
        return tally;
    };
}

const take = (page, name, fullPage = false) => page.screenshot({ path: join(folder, `${name}.png`), fullPage });
const serves = (page, backend) => page.locator(`[data-testid="verdict"][data-active="${backend}"]`).waitFor(patience);

const post = (path) => fetch(new URL(path, address), { method: "POST" });
const stopTraffic = startTraffic();
try {
    const light = await open(1280, 980, "light");
    const dark = await open(1280, 980, "dark");
    const small = await open(400, 980, "light");
    await serves(light, "primary");
    await light.waitForTimeout(warmUpMs);
    await take(light, "before");
    await take(small, "before-narrow");

    await light.getByTestId("fail-primary").click();
    await light.getByTestId("fail-mode").selectOption("hang");
    await take(light, "fail-menu");
    await light.getByTestId("fail-now").click();
    await serves(light, "secondary");
    // What the outage cost is known some seconds later.
    await light.locator('[data-testid="change"][data-kind="failover"][data-measured="true"]').first().waitFor(patience);
    await light.getByRole("button", { name: "Dismiss" }).click({ timeout: 1000 }).catch(() => {});
    await light.waitForTimeout(12_000);
    await take(light, "outage");
    await take(light, "outage-full", true);
    await take(dark, "dark");
    await take(small, "narrow");
    await take(small, "narrow-full", true);

    await post("/proxy/recover?pool=api");
    await serves(light, "primary");
    await light.locator('[data-testid="verdict"][data-condition="steady"]').waitFor(patience);
    await light.waitForTimeout(20_000);
    await take(light, "normal");
    await take(light, "normal-full", true);

    for (const backend of ["primary", "secondary"]) await post(`/proxy/fail?pool=api&backend=${backend}&mode=exit`);
    await light.getByTestId("waiting-requests").waitFor(patience);
    await take(light, "waiting");
    await take(dark, "waiting-dark");
    await take(small, "waiting-narrow");
} finally {
    await post("/proxy/recover?pool=api");
    const { sent, failed } = await stopTraffic();
    console.log(`${sent} requests, ${failed} failed`);
    await browser.close();
}
