import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { makeLines, bringHome, openPage } from "./gateway.ts";

test.beforeEach(({ request }) => bringHome(request));

/** A cable between page and gateway that can be pulled: it cuts what is open and refuses what is new. */
async function cable(page: Page) {
  let pulled = false;
  const cuts = new Set<() => void>();
  await page.route("**/proxy/live**", (route) => (pulled ? route.abort() : route.continue()));
  await page.routeWebSocket(/\/proxy\/live/, (socket) => {
    if (pulled) return void socket.close();
    socket.connectToServer();
    cuts.add(() => void socket.close());
  });
  return {
    pull() {
      pulled = true;
      for (const cut of cuts) cut();
      cuts.clear();
    },
    plug() {
      pulled = false;
    },
  };
}

test("a lost connection is said, and heals by itself", async ({ page }) => {
  const line = await cable(page);
  await openPage(page);
  line.pull();
  const banner = page.getByTestId("banner");
  await expect(banner).toContainText("Connection to the gateway lost");
  await expect(banner).toContainText(/last heard \d+ s ago/);
  await expect(banner).toContainText("reconnecting");
  await expect(page.getByTestId("main")).toHaveAttribute("data-stale", "true");
  await expect(page.getByTestId("verdict")).toContainText("Last known, not live");
  await expect(page.getByTestId("hold-api")).toHaveAttribute("aria-disabled", "true");
  line.plug();
  await expect(banner).toBeHidden();
  await expect(page.getByTestId("link")).toHaveAttribute("data-phase", "live");
  await expect(page.getByTestId("main")).toHaveAttribute("data-stale", "false");
});

test("a page that starts without a gateway waits for it", async ({ page }) => {
  const line = await cable(page);
  line.pull();
  await page.goto("/");
  await expect(page.getByTestId("banner")).toContainText("No gateway answers");
  await expect(page.getByTestId("waiting")).toBeVisible();
  line.plug();
  await expect(page.getByTestId("headline")).toHaveText("primary is serving");
});

for (const scheme of ["light", "dark"] as const) {
  test(`400 px wide, ${scheme}: nothing scrolls sideways`, async ({ page }) => {
    await page.setViewportSize({ width: 400, height: 800 });
    await page.emulateMedia({ colorScheme: scheme });
    await openPage(page);
    await expect(page.getByTestId("headline")).toBeInViewport();
    const width = () => page.evaluate(() => document.documentElement.scrollWidth);
    expect(await width()).toBeLessThanOrEqual(400);
    await page.getByTestId("fail-secondary").click();
    expect(await width()).toBeLessThanOrEqual(400);
  });
}

test("dark mode follows the system, and the toggle overrides it", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await openPage(page);
  const brightness = () =>
    page.evaluate(() => {
      const [red = 0, green = 0, blue = 0] =
        getComputedStyle(document.body).backgroundColor.match(/\d+/g)?.map(Number) ?? [];
      return red + green + blue;
    });
  expect(await brightness()).toBeLessThan(150);
  await page.getByTestId("theme").click();
  await expect(page.getByTestId("theme")).toHaveAttribute("data-theme-choice", "light");
  expect(await brightness()).toBeGreaterThan(600);
  await page.reload();
  expect(await brightness()).toBeGreaterThan(600);
});

test("the log filters, pauses, clears and shows markup as text", async ({ page, request }) => {
  await openPage(page);
  await page.getByTestId("log-level").selectOption("debug");
  await expect(page.getByTestId("log-line").first()).toBeVisible();
  await page.getByTestId("log-text").fill("no line says this");
  await expect(page.getByTestId("log-line")).toHaveCount(0);
  await page.getByTestId("log-text").fill("");
  await page.getByTestId("log-pause").click();
  const count = await page.getByTestId("log-line").count();
  await makeLines(request, 2);
  await expect(page.getByTestId("log-pause")).toContainText(/\d+ new/, { timeout: 30_000 });
  expect(await page.getByTestId("log-line").count()).toBe(count);
  await page.getByTestId("log-pause").click();
  await page.getByTestId("log-clear").click();
  expect(await page.getByTestId("log-line").count()).toBeLessThan(Math.max(count, 2));
  expect(await page.locator('[data-testid="log"] img, [data-testid="log"] script').count()).toBe(0);
});

test("the log follows until its reader goes up, and again when asked", async ({ page, request }) => {
  await openPage(page);
  await makeLines(request, 30);
  await page.getByTestId("log-level").selectOption("debug");
  const log = page.getByTestId("log");
  const room = () => log.evaluate((box) => box.scrollHeight - box.clientHeight);
  await expect.poll(room, { message: "enough lines to scroll", timeout: 60_000 }).toBeGreaterThan(200);
  const fromEnd = () => log.evaluate((box) => Math.round(box.scrollHeight - box.clientHeight - box.scrollTop));
  await expect.poll(fromEnd).toBeLessThan(24);
  await log.hover();
  await page.mouse.wheel(0, -150);
  await expect(page.getByTestId("log-follow")).toHaveAttribute("aria-pressed", "false");
  await expect.poll(fromEnd).toBeGreaterThan(24);
  await page.getByTestId("log-follow").click();
  await expect.poll(fromEnd).toBeLessThan(24);
});

test("the keyboard reaches and works the fail menu", async ({ page }) => {
  await openPage(page);
  const button = page.getByTestId("fail-secondary");
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("fail-mode")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("fail-mode")).toBeHidden();
  await expect(button).toBeFocused();
});

for (const scheme of ["light", "dark"] as const) {
  test(`axe finds nothing to complain about, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await openPage(page);
    await expect(page.getByTestId("chart").locator("canvas")).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(
      violations.map((found) => `${found.id}: ${found.nodes.map((node) => node.target.join(" ")).join(", ")}`),
    ).toEqual([]);
  });
}

test("nothing comes from another host, and nothing breaks the content security policy", async ({ page, baseURL }) => {
  const strangers: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => {
    if (new URL(request.url()).host !== new URL(baseURL!).host) strangers.push(request.url());
  });
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await openPage(page);
  await expect(page.getByTestId("chart").locator("canvas")).toBeVisible();
  expect(strangers).toEqual([]);
  expect(complaints).toEqual([]);
});
