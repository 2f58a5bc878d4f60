import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { bringHome, openPage, serving, startClient } from "./gateway.ts";

test.beforeEach(({ request }) => bringHome(request));

const rescued = async (page: Page) => Number(await page.getByTestId("saved").getAttribute("data-rescued"));

test("what clients were spared in an outage is said in words", async ({ page, request, baseURL }) => {
  await openPage(page);
  await expect(page.getByTestId("budget")).toContainText(/Retry budget[\s\d]+ left/);
  const before = await rescued(page);
  const client = startClient(baseURL!);
  // A hang is known by how fast answers came before, and what may be tried again is a share of the requests there were.
  await expect.poll(client.sent, { timeout: 60_000 }).toBeGreaterThan(500);
  await request.post("/proxy/fail?pool=api&backend=primary&mode=hang");
  await serving(page, "secondary");
  await expect.poll(() => rescued(page), { message: "the requests that hung were saved" }).toBeGreaterThan(before);
  await expect(page.getByTestId("saved")).toHaveText(
    /^Saved for clients: [\s\d]+ requests? — .*because (their|its) backend /,
  );
  await request.post("/proxy/recover?pool=api");
  const { failed } = await client.stop();
  expect(failed).toEqual([]);

  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).include('[data-testid="savings"]').analyze();
    expect(violations.map((found) => found.id)).toEqual([]);
  }
  await page.setViewportSize({ width: 400, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
});

test("requests that wait for a backend stand out while they wait", async ({ page, request, baseURL }) => {
  await openPage(page);
  await expect(page.getByTestId("waiting-requests")).toBeHidden();
  const client = startClient(baseURL!);
  for (const backend of ["primary", "secondary"]) {
    await request.post(`/proxy/fail?pool=api&backend=${backend}&mode=exit`);
  }
  await expect(page.getByTestId("waiting-requests")).toHaveText(
    /^(1 request is|[\s\d]+ requests are) waiting for a backend$/,
  );
  await request.post("/proxy/recover?pool=api");
  await expect(page.getByTestId("waiting-requests")).toBeHidden({ timeout: 60_000 });
  await expect(page.getByTestId("waits")).toHaveText(/0 now, [\s\d]+ before$/);
  await client.stop();
});

test("a gateway that does not tell what it saved is shown without", async ({ page }) => {
  await page.routeWebSocket(/\/proxy\/live/, (socket) => {
    const gateway = socket.connectToServer();
    gateway.onMessage((text) => socket.send(String(text).replaceAll('"attempts":{', '"untold":{')));
  });
  await openPage(page);
  await expect(page.getByTestId("headline")).toHaveText("primary is serving");
  await expect(page.getByTestId("chart").locator("canvas")).toBeVisible();
  await expect(page.getByTestId("attempts").first()).toHaveText(/\d/);
  await expect(page.getByTestId("savings")).toHaveCount(0);
});
