using System.Net.WebSockets;
using System.Text;

namespace Gateway.Failover.Live;

/// <summary>The log lines of the live feed, one text frame each, over a plain WebSocket.</summary>
internal static class LogSocket
{
    public static async Task ServeAsync(HttpContext context, LiveFeed feed)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await TypedResults.Problem("This address speaks WebSocket only.", statusCode: StatusCodes.Status400BadRequest).ExecuteAsync(context);
            return;
        }

        if (feed.IsFull)
        {
            await EventStream.Full.ExecuteAsync(context);
            return;
        }

        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var closing = DrainAsync(socket, ended);
        try
        {
            await foreach (var message in feed.WatchAsync(cursor: null, ended.Token))
            {
                var lines = message switch
                {
                    FeedMessage.Snapshot snapshot => snapshot.Logs,
                    FeedMessage.Log log => [log.Line],
                    _ => [],
                };
                foreach (var line in lines)
                {
                    await socket.SendAsync(Encoding.UTF8.GetBytes(line.ToText()), WebSocketMessageType.Text, endOfMessage: true, ended.Token);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // The client left, or the host stops.
        }

        await CloseAsync(socket, stopping.IsCancellationRequested);
        await closing;
    }

    // Reads what the client sends, which means nothing here, until it closes.
    private static async Task DrainAsync(WebSocket socket, CancellationTokenSource ended)
    {
        var buffer = new byte[256];
        try
        {
            while ((await socket.ReceiveAsync(buffer, ended.Token)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // The same.
        }

        await ended.CancelAsync();
    }

    private static async Task CloseAsync(WebSocket socket, bool stopping)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            var status = stopping ? WebSocketCloseStatus.EndpointUnavailable : WebSocketCloseStatus.NormalClosure;
            await socket.CloseOutputAsync(status, statusDescription: null, deadline.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // It is gone already.
        }
    }
}
