using System.Net.WebSockets;

namespace Gateway.Benchmarks.Endurance;

/// <summary>WebSockets that say a word and then nothing.</summary>
internal static class IdleSockets
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<string> RunAsync(Uri proxy, int count)
    {
        var url = new UriBuilder(proxy) { Scheme = "ws", Path = "/api/socket" }.Uri;
        var sockets = new List<ClientWebSocket>();
        try
        {
            for (var number = 0; number < count; number++)
            {
                var socket = new ClientWebSocket();
                sockets.Add(socket);
                await SpeakAsync(socket, url);
            }

            await Task.Delay(Idle);
            return $"{sockets.Count(socket => socket.State == WebSocketState.Open)} open at the end";
        }
        catch (WebSocketException e)
        {
            return $"failed after {sockets.Count}: {e.Message}";
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    private static async Task SpeakAsync(ClientWebSocket socket, Uri url)
    {
        using var patience = new CancellationTokenSource(Patience);
        await socket.ConnectAsync(url, patience.Token);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, patience.Token);
        await socket.ReceiveAsync(new byte[128], patience.Token);
    }
}
