import { expect, test } from "@playwright/test";
import { bringHome, openPage, poolState, serving } from "./gateway.ts";

test.beforeEach(({ request }) => bringHome(request));

test("an operator switches over, and fails back", async ({ page }) => {
  await openPage(page);
  await page.getByTestId("switchover-secondary").click();
  await serving(page, "secondary");
  await expect(page.getByTestId("toast").first()).toHaveAttribute("data-tone", "done");
  await expect(page.getByTestId("change").first()).toHaveAttribute("data-kind", "switchover");

  await page.getByTestId("failback-api").click();
  await serving(page, "primary");
  await expect(page.getByTestId("change").first()).toHaveAttribute("data-kind", "failback");
});

test("a hold is shown and can be released", async ({ page, request }) => {
  await openPage(page);
  await page.getByTestId("hold-api").click();
  await expect(page.getByTestId("release-api")).toBeVisible();
  expect((await poolState(request)).held).toBe(true);
  await page.getByTestId("release-api").click();
  await expect(page.getByTestId("hold-api")).toBeVisible();
  expect((await poolState(request)).held).toBe(false);
});

test("a button that cannot be used says why", async ({ page }) => {
  await openPage(page);
  const button = page.getByTestId("switchover-primary");
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await expect(button).toHaveAttribute("title", "primary is serving already.");
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("toast")).toContainText("primary is serving already.");
});

test("the gateway's refusal is shown in its own words", async ({ page }) => {
  const detail = "The pool is at epoch 9, not 8: look <b>again</b>.";
  await page.route("**/proxy/pools/api/switchover", (route) =>
    route.fulfill({
      status: 409,
      contentType: "application/problem+json",
      body: JSON.stringify({ title: "Conflict", detail }),
    }),
  );
  await openPage(page);
  const sent = page.waitForRequest("**/proxy/pools/api/switchover");
  await page.getByTestId("switchover-secondary").click();
  expect((await sent).postDataJSON()).toEqual({
    to: "secondary",
    expectedEpoch: Number(await page.getByTestId("epoch").textContent()),
  });
  await expect(page.getByTestId("toast")).toContainText(detail);
});

test("a drained backend says so and is enabled again", async ({ page }) => {
  await openPage(page);
  await page.getByTestId("more-secondary").click();
  await page.getByTestId("drain-secondary").click();
  await expect(page.getByTestId("backend-secondary")).toHaveAttribute("data-admin", "draining");
  await expect(page.getByTestId("switchover-secondary")).toHaveAttribute("aria-disabled", "true");
  await page.getByTestId("more-secondary").click();
  await page.getByTestId("enable-secondary").click();
  await expect(page.getByTestId("backend-secondary")).toHaveAttribute("data-admin", "in-service");
});
