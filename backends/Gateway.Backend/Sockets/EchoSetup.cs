using System.Net.WebSockets;

namespace Gateway.Backends.Sockets;

internal static class EchoSetup
{
    public static void MapEcho(this WebApplication app) =>
        app.Map("/api/ws", async (HttpContext context) =>
        {
            if (!context.WebSockets.IsWebSocketRequest)
            {
                context.Response.Headers.Upgrade = "websocket";
                await context.AnswerProblemAsync(
                    StatusCodes.Status426UpgradeRequired, "WebSocket wanted", "This address speaks WebSocket only.");
                return;
            }

            using var ended = CancellationTokenSource.CreateLinkedTokenSource(
                context.RequestAborted, app.Lifetime.ApplicationStopping);
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            try
            {
                await EchoAsync(socket, ended.Token);
            }
            catch (Exception ending) when (ending is OperationCanceledException or WebSocketException)
            {
                // The other side left, or this one is going down: either way nobody is left to answer.
                context.Abort();
            }
        });

    /// <summary>Sends back piece by piece what arrives, so that a message of any length takes one buffer.</summary>
    private static async Task EchoAsync(WebSocket socket, CancellationToken ended)
    {
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var piece = await socket.ReceiveAsync(buffer.AsMemory(), ended);
            if (piece.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, ended);
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, piece.Count), piece.MessageType, piece.EndOfMessage, ended);
        }
    }
}
