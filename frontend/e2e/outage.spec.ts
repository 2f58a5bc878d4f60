import { expect, test } from "@playwright/test";
import { bringHome, openPage, serving, startClient } from "./gateway.ts";

test.beforeEach(({ request }) => bringHome(request));

test("the page says who serves", async ({ page }) => {
  await openPage(page);
  await expect(page.getByTestId("headline")).toHaveText("primary is serving");
  await expect(page.getByTestId("condition")).toHaveText("Steady");
  await expect(page.getByTestId("backend-primary")).toHaveAttribute("data-role", "active");
  await expect(page.getByTestId("backend-secondary")).toHaveAttribute("data-role", "standby");
  await expect(page.getByTestId("chart").locator("canvas")).toBeVisible();
});

test("an outage of the primary is survived, told and measured, and the primary gets its work back", async ({
  page,
  baseURL,
}) => {
  await openPage(page);
  const epoch = Number(await page.getByTestId("epoch").textContent());
  const client = startClient(baseURL!);

  await page.getByTestId("fail-primary").click();
  await page.getByTestId("fail-mode").selectOption("exit");
  await page.getByTestId("fail-now").click();

  await serving(page, "secondary");
  await expect(page.getByTestId("headline")).toHaveText("secondary is serving");
  await expect(page.getByTestId("verdict")).toHaveAttribute("data-condition", "degraded");
  await expect(page.getByTestId("backend-primary")).toHaveAttribute("data-health", "down");
  await expect(page.locator('[data-testid="chart-marker"][data-kind="failover"]').last()).toBeAttached();

  const row = page.locator(`[data-testid="change"][data-epoch="${epoch + 1}"]`);
  await expect(row).toHaveAttribute("data-kind", "failover");
  await expect(row).toHaveAttribute("data-measured", "true", { timeout: 60_000 });
  await expect(row.getByTestId("detection")).toHaveText(/^\d[\d.]* m?s$/);
  await expect(row.getByTestId("failover")).toHaveText(/^\d[\d.]* m?s$/);
  await expect(row.getByTestId("requests")).toHaveText(/^\d/);
  // Other traffic may share the window, so that none of *these* requests failed is judged by their client below.
  await expect(row.getByTestId("failed")).toHaveText(/^\d/);
  await expect(row.getByTestId("error-rate")).toHaveText(/%$/);

  // The demo starts a process that ended again; where nobody does, an operator mends it with the button.
  const primary = page.getByTestId("backend-primary");
  await expect(primary)
    .toHaveAttribute("data-health", "up", { timeout: 30_000 })
    .catch(() => page.getByTestId("recover-primary").click());
  await serving(page, "primary");
  await expect(page.locator('[data-testid="change"][data-kind="failback"]').first()).toBeVisible();
  await expect
    .poll(async () => Number((await primary.getByTestId("attempts").textContent())?.replace(/\D/g, "")))
    .toBeGreaterThan(0);

  const { sent, failed } = await client.stop();
  expect(failed).toEqual([]);
  expect(sent).toBeGreaterThan(50);
});

test("two tabs show the same", async ({ page, context }) => {
  const other = await context.newPage();
  await openPage(page);
  await openPage(other);
  await page.getByTestId("switchover-secondary").click();
  for (const tab of [page, other]) await serving(tab, "secondary");
  await expect(other.getByTestId("epoch")).toHaveText((await page.getByTestId("epoch").textContent())!);
  await expect(other.getByTestId("why")).toHaveText((await page.getByTestId("why").textContent())!);
});
