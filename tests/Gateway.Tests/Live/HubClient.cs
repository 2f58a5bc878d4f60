using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Gateway.Tests.Live;

/// <summary>SignalR's JSON hub protocol over a WebSocket, as far as one streaming call needs it: records end with 0x1E.</summary>
internal sealed class HubClient : IAsyncDisposable
{
    private const char End = '\u001e';
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ClientWebSocket _socket = new();
    private readonly Queue<string> _records = new();
    private string _rest = string.Empty;

    public static async Task<HubClient> ConnectAsync(RunningGateway gateway, string? origin = null)
    {
        var client = new HubClient();
        if (origin is not null)
        {
            client._socket.Options.SetRequestHeader("Origin", origin);
        }

        using var deadline = new CancellationTokenSource(Patience);
        await client._socket.ConnectAsync(new UriBuilder(gateway.Address) { Scheme = "ws", Path = "/proxy/live" }.Uri, deadline.Token);
        await client.SendAsync("""{"protocol":"json","version":1}""");
        Assert.Equal("{}", await client.RecordAsync());
        return client;
    }

    public Task WatchAsync(string? cursor) =>
        SendAsync($$"""{"type":4,"invocationId":"1","target":"Watch","arguments":[{{JsonSerializer.Serialize(cursor)}}]}""");

    /// <summary>What the server says instead of a stream.</summary>
    public async Task<string?> RefusalAsync()
    {
        while (true)
        {
            var record = JsonDocument.Parse(await RecordAsync()).RootElement;
            Assert.NotEqual(2, record.GetProperty("type").GetInt32());
            if (record.GetProperty("type").GetInt32() == 3)
            {
                return record.GetProperty("error").GetString();
            }
        }
    }

    /// <summary>The next message of the stream; null when it has ended.</summary>
    public async Task<JsonElement?> NextAsync()
    {
        while (true)
        {
            var record = JsonDocument.Parse(await RecordAsync()).RootElement;
            switch (record.GetProperty("type").GetInt32())
            {
                case 2:
                    return record.GetProperty("item");
                case 3:
                    Assert.False(record.TryGetProperty("error", out var error), $"The stream ended with {error}.");
                    return null;
            }
        }
    }

    /// <summary>The next message of a type; others are passed over.</summary>
    public async Task<JsonElement> NextAsync(string type)
    {
        while (await NextAsync() is { } message)
        {
            Contract.IsMessage(message);
            if (Contract.Text(message, "type") == type)
            {
                return message;
            }
        }

        throw new InvalidOperationException($"The stream ended before a message of type {type}.");
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        await Task.CompletedTask;
    }

    private async Task SendAsync(string record)
    {
        using var deadline = new CancellationTokenSource(Patience);
        await _socket.SendAsync(Encoding.UTF8.GetBytes(record + End), WebSocketMessageType.Text, endOfMessage: true, deadline.Token);
    }

    private async Task<string> RecordAsync()
    {
        using var deadline = new CancellationTokenSource(Patience);
        var buffer = new byte[16 * 1024];
        while (_records.Count == 0)
        {
            using var frame = new MemoryStream();
            ValueWebSocketReceiveResult got;
            do
            {
                got = await _socket.ReceiveAsync(buffer.AsMemory(), deadline.Token);
                frame.Write(buffer, 0, got.Count);
            }
            while (!got.EndOfMessage);
            Assert.NotEqual(WebSocketMessageType.Close, got.MessageType);
            var parts = (_rest + Encoding.UTF8.GetString(frame.ToArray())).Split(End);
            _rest = parts[^1];
            parts[..^1].ToList().ForEach(_records.Enqueue);
        }

        return _records.Dequeue();
    }
}
