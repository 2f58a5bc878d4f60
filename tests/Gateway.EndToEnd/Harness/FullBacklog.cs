using System.Net;
using System.Net.Sockets;

namespace Gateway.EndToEnd.Harness;

/// <summary>
/// A port that listens and whose queue is full: the system drops whoever knocks, so that connecting takes for ever, as it does to a host that is
/// lost or behind a firewall that says nothing.
/// </summary>
internal sealed class FullBacklog : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    private readonly Socket _listener = New();
    private readonly List<Socket> _waiting = [];

    private FullBacklog()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, Ports.Take()));
        _listener.Listen(0);
    }

    public Uri Url => new($"http://{_listener.LocalEndPoint}/");

    public static async Task<FullBacklog> StartAsync()
    {
        var full = new FullBacklog();
        while (await full.ConnectsAsync())
        {
            Assert.True(full._waiting.Count < 100, "The queue does not fill.");
        }

        return full;
    }

    public ValueTask DisposeAsync()
    {
        _waiting.ForEach(socket => socket.Dispose());
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> ConnectsAsync()
    {
        var socket = New();
        _waiting.Add(socket);
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await socket.ConnectAsync(_listener.LocalEndPoint!, patience.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static Socket New() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
}
