import { span } from "../model/format.ts";
import { useGatewayTime } from "./context.ts";

/** The time that is left, ticking. A view of its own, so that nothing around it is rendered every second. */
export function Countdown({ until, over }: { until: string; over: string }) {
  const left = Date.parse(until) - useGatewayTime();
  return <span data-testid="countdown">{left > 0 ? `${span(left + 999)} left` : over}</span>;
}
