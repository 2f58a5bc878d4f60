import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { bringHome, openPage } from "./gateway.ts";

test.beforeEach(({ request }) => bringHome(request));

/** Lets the gateway tell the page other things than it does: what a demo does not come to, or an older one does not know. */
async function retell(page: Page, words: Readonly<Record<string, string>>): Promise<void> {
  await page.routeWebSocket(/\/proxy\/live/, (socket) => {
    const gateway = socket.connectToServer();
    const change = (text: string) =>
      Object.entries(words).reduce((told, [from, to]) => told.replaceAll(from, to), text);
    gateway.onMessage((text) => socket.send(change(String(text))));
  });
}

const soon = (seconds: number) => JSON.stringify(new Date(Date.now() + seconds * 1000));

async function looksFine(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).include("main").analyze();
    expect(violations.map((found) => `${found.id}: ${found.nodes.map((node) => node.target.join(" "))}`)).toEqual([]);
  }
  await page.setViewportSize({ width: 400, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
}

test("a dry run says that it is one, and what it would do", async ({ page, request }) => {
  await retell(page, { '"enforced":true': '"enforced":false', '"role":"active"': '"role":"standby"' });
  await openPage(page);
  await expect(page.getByTestId("dry-run")).toHaveText("Dry run");
  await expect(page.getByTestId("dry-run-words")).toContainText("order of preference and the operators' words only");
  await expect(page.getByTestId("headline")).toHaveText("primary would serve");
  await expect(page.getByTestId("dry-run-event").first()).toBeVisible();
  await request.post("/proxy/fail?pool=api&backend=primary&mode=exit");
  await expect(page.getByTestId("toast").first()).toContainText("would have moved from primary to secondary");
  await looksFine(page);
});

test("a rest says until when, and release ends it", async ({ page }) => {
  await retell(page, { '"restsUntil":null': `"restsUntil":${soon(1800)}` });
  await openPage(page);
  await expect(page.getByTestId("rests")).toHaveText(/^\d\d:\d\d because it has changed too often/);
  await expect(page.getByTestId("hold-api")).toHaveAttribute("aria-disabled", "false");
  const release = page.getByTestId("release-api");
  await expect(release).toHaveAttribute("aria-disabled", "false");
  const sent = page.waitForRequest("**/proxy/pools/api/release");
  await release.click();
  await sent;
  await looksFine(page);
});

test("trials are counted", async ({ page }) => {
  await retell(page, { '"trial":null': '"trial":{"passed":2,"wanted":5}' });
  await openPage(page);
  await expect(page.getByTestId("backend-secondary").getByTestId("health")).toHaveText("on trial 2 of 5");
  await looksFine(page);
});

test("the time of an ejection is counted down", async ({ page }) => {
  await retell(page, { '"ejected":false': '"ejected":true', '"ejectedUntil":null': `"ejectedUntil":${soon(150)}` });
  await openPage(page);
  const health = page.getByTestId("backend-secondary").getByTestId("health");
  await expect(health).toHaveText(/^ejected until \d\d:\d\d:\d\d, \d min \d+ s left$/);
  const before = await health.textContent();
  await expect(health).not.toHaveText(before!);
  await looksFine(page);
});

test("a drain with a time says what is under way and what is left", async ({ page }) => {
  await retell(page, { '"drained":true': '"drained":false', '"drainUntil":null': `"drainUntil":${soon(30)}` });
  await openPage(page);
  await page.getByTestId("more-secondary").click();
  const sent = page.waitForRequest("**/backends/secondary/drain");
  await page.getByTestId("drain-30s-secondary").click();
  expect((await sent).postDataJSON()).toEqual({
    expectedEpoch: Number(await page.getByTestId("epoch").textContent()),
    within: "30s",
  });
  const admin = page.getByTestId("backend-secondary").getByTestId("admin");
  await expect(admin).toHaveText(/^draining: \d+ under way, \d+ s left$/);
  const left = async () => Number(/(\d+) s left/.exec((await admin.textContent()) ?? "")?.[1]);
  const before = await left();
  await expect.poll(left).toBeLessThan(before);
  await looksFine(page);
});

test("a drain that is over says so", async ({ page }) => {
  await openPage(page);
  await page.getByTestId("more-secondary").click();
  await page.getByTestId("drain-secondary").click();
  await expect(page.getByTestId("backend-secondary").getByTestId("admin")).toHaveText("drained", { timeout: 30_000 });
});

test("a backend that drains itself is leaving until it is recovered", async ({ page }) => {
  await openPage(page);
  await page.getByTestId("fail-secondary").click();
  await page.getByTestId("fail-mode").selectOption("drain");
  await page.getByTestId("fail-now").click();
  const admin = page.getByTestId("backend-secondary").getByTestId("admin");
  await expect(admin).toHaveText("leaving");
  await expect(page.getByTestId("switchover-secondary")).toHaveAttribute("title", /asks for no new requests itself/);
  await page.getByTestId("recover-secondary").click();
  await expect(admin).toBeHidden({ timeout: 30_000 });
});

test("a backend that an operator added is marked", async ({ page }) => {
  await retell(page, { '"added":false': '"added":true' });
  await openPage(page);
  await expect(page.getByTestId("added").first()).toHaveAttribute("title", /Added by an operator/);
  await looksFine(page);
});

test("a gateway that knows nothing of all this is shown without", async ({ page }) => {
  const later = ["enforced", "restsUntil", "trial", "ejectedUntil", "leaving", "drained", "drainUntil", "added"];
  await retell(page, Object.fromEntries([...later, "inFlight"].map((name) => [`"${name}":`, `"untold-${name}":`])));
  await openPage(page);
  await expect(page.getByTestId("headline")).toHaveText("primary is serving");
  for (const absent of ["dry-run", "dry-run-event", "rests", "added", "admin", "countdown"])
    await expect(page.getByTestId(absent)).toHaveCount(0);
  await page.getByTestId("more-secondary").click();
  await page.getByTestId("drain-secondary").click();
  await expect(page.getByTestId("backend-secondary").getByTestId("admin")).toHaveText("draining: – under way");
});
