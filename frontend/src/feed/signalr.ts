import { HttpTransportType, HubConnectionBuilder, LogLevel } from "@microsoft/signalr";
import type { OpenSession } from "./watch.ts";

/** One connection and one stream of the hub at `url`. */
export function signalRSession(url: string): OpenSession {
  return (cursor, listener, attempt) => {
    // Straight to a WebSocket: one round trip less, and right behind a load balancer whose two gateways do not know
    // each other's negotiated connections. Every third attempt negotiates, for networks that let no WebSocket through.
    const options = attempt % 3 === 2 ? {} : { skipNegotiation: true, transport: HttpTransportType.WebSockets };
    const connection = new HubConnectionBuilder().withUrl(url, options).configureLogging(LogLevel.None).build();
    const fail = (error: unknown) =>
      listener.ended(error instanceof Error ? error.message : "the connection was closed");
    connection.onclose(fail);
    connection.start().then(
      () =>
        connection.stream<unknown>("Watch", cursor).subscribe({
          next: (message) => listener.message(message),
          error: fail,
          complete: () => listener.ended("the gateway ended the stream"),
        }),
      fail,
    );
    // Stopping a connection that never started is refused by the client; there is nothing left to close then.
    return { close: () => void connection.stop().catch(() => undefined) };
  };
}
