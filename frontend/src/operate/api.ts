import type { FaultMode } from "../model/contract.ts";

// The calls of the control surface. A refusal is a value with the gateway's own sentence, never an exception.

export type Command =
  | { readonly do: "switchover"; readonly pool: string; readonly to: string; readonly expectedEpoch: number }
  | { readonly do: "failback"; readonly pool: string; readonly expectedEpoch: number }
  | { readonly do: "hold" | "release"; readonly pool: string }
  | {
      readonly do: "drain";
      readonly pool: string;
      readonly backend: string;
      readonly expectedEpoch: number;
      /** What is under way then is ended; without it everything may finish. */
      readonly within?: string;
    }
  | { readonly do: "disable" | "enable" | "reset"; readonly pool: string; readonly backend: string }
  | {
      readonly do: "fail";
      readonly pool: string;
      readonly backend: string;
      readonly mode: FaultMode;
      readonly for: string;
    }
  | { readonly do: "recover"; readonly pool: string; readonly backend: string };

export interface Answer {
  readonly accepted: boolean;
  readonly sentence: string;
}

export type Operator = (command: Command) => Promise<Answer>;

export interface Call {
  readonly path: string;
  readonly body: object | null;
}

const part = encodeURIComponent;

/** Where a command goes and what it carries. `for` is left out when empty: the fault lasts until it is mended. */
export function callOf(command: Command): Call {
  const pool = `/proxy/pools/${part(command.pool)}`;
  switch (command.do) {
    case "switchover":
      return { path: `${pool}/switchover`, body: { to: command.to, expectedEpoch: command.expectedEpoch } };
    case "failback":
      return { path: `${pool}/failback`, body: { expectedEpoch: command.expectedEpoch } };
    case "hold":
    case "release":
      return { path: `${pool}/${command.do}`, body: null };
    case "drain": {
      const { expectedEpoch, within } = command;
      return {
        path: `${pool}/backends/${part(command.backend)}/drain`,
        body: within === undefined ? { expectedEpoch } : { expectedEpoch, within },
      };
    }
    case "disable":
    case "enable":
    case "reset":
      return { path: `${pool}/backends/${part(command.backend)}/${command.do}`, body: null };
    case "fail": {
      const query = new URLSearchParams({ pool: command.pool, backend: command.backend, mode: command.mode });
      if (command.for !== "") query.set("for", command.for);
      return { path: `/proxy/fail?${query}`, body: null };
    }
    case "recover":
      return {
        path: `/proxy/recover?${new URLSearchParams({ pool: command.pool, backend: command.backend })}`,
        body: null,
      };
  }
}

const patienceMs = 10_000;

export function httpOperator(origin: string): Operator {
  return async (command) => {
    const call = callOf(command);
    const request: RequestInit = { method: "POST", signal: AbortSignal.timeout(patienceMs) };
    if (call.body !== null) {
      request.body = JSON.stringify(call.body);
      request.headers = { "content-type": "application/json" };
    }
    try {
      return await answerOf(await fetch(origin + call.path, request));
    } catch {
      // fetch tells neither who is at fault nor whether anything arrived, so the sentence must not either.
      return { accepted: false, sentence: "The gateway did not answer; whether it got the command is not known." };
    }
  };
}

/** The sentence of an answer: the gateway's own where it gave one. */
export async function answerOf(response: Response): Promise<Answer> {
  const body: unknown = await response.json().catch(() => null);
  const bag = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const own = [bag.sentence, bag.detail, bag.title].find((text) => typeof text === "string" && text !== "");
  const sentence =
    typeof own === "string" ? own : `The gateway answered ${response.status} ${response.statusText}`.trim();
  return { accepted: response.ok, sentence };
}
