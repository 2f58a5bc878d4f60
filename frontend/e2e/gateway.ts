import { expect, type APIRequestContext, type Page } from "@playwright/test";
import type { Pool } from "../src/model/contract.ts";

// What the tests need to know of the gateway itself: how to bring it home, and how to be a client meanwhile.

const healedMs = 90_000;

export async function poolState(request: APIRequestContext): Promise<Pool> {
  const body = (await (await request.get("/proxy/health")).json()) as { pools: Pool[] };
  const pool = body.pools.find((item) => item.id === "api");
  if (!pool) throw new Error("The gateway has no pool api: are the tests pointed at a gateway in demo mode?");
  return pool;
}

/** Everything mended, nothing held, primary serving: whatever the test before left behind. */
export async function bringHome(request: APIRequestContext): Promise<void> {
  await request.post("/proxy/recover?pool=api");
  await request.post("/proxy/pools/api/release");
  for (const backend of ["primary", "secondary"]) {
    await request.post(`/proxy/pools/api/backends/${backend}/enable`);
    await request.post(`/proxy/pools/api/backends/${backend}/reset`);
  }
  await expect
    .poll(
      async () => {
        const pool = await poolState(request);
        const fit = pool.backends.every((backend) => backend.health === "up");
        // Asked for again and again: a primary that has just come back may still be on its way to "up".
        if (fit && pool.active !== "primary") await request.post("/proxy/pools/api/failback");
        return fit && pool.active === "primary" && pool.condition === "steady" && !pool.held;
      },
      { message: "the gateway is home: primary serves, all is steady", timeout: healedMs },
    )
    .toBe(true);
}

/** Something to log: a gateway at rest says nothing. */
export async function makeLines(request: APIRequestContext, count: number): Promise<void> {
  for (let line = 0; line < count; line++) {
    await request.post(`/proxy/pools/api/${line % 2 === 0 ? "hold" : "release"}`);
  }
}

export async function openPage(page: Page): Promise<void> {
  await page.goto("/");
  await expect(page.getByTestId("link")).toHaveAttribute("data-phase", "live");
}

export const serving = (page: Page, backend: string) =>
  expect(page.getByTestId("verdict")).toHaveAttribute("data-active", backend, { timeout: 60_000 });

export interface Client {
  readonly sent: () => number;
  stop(): Promise<{ sent: number; failed: string[] }>;
}

/** A client that asks for /api/data over and over, and remembers every answer that was not good. */
export function startClient(baseURL: string): Client {
  const failed: string[] = [];
  let sent = 0;
  let running = true;
  const loop = async () => {
    while (running) {
      sent++;
      try {
        const answer = await fetch(new URL("/api/data", baseURL), { signal: AbortSignal.timeout(15_000) });
        await answer.arrayBuffer();
        if (!answer.ok) failed.push(`request ${sent}: ${answer.status}`);
      } catch (error) {
        failed.push(`request ${sent}: ${String(error)}`);
      }
    }
  };
  const loops = [loop(), loop()];
  return {
    sent: () => sent,
    async stop() {
      running = false;
      await Promise.all(loops);
      return { sent, failed };
    },
  };
}
