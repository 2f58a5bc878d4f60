using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Gateway.Benchmarks.Wire;

namespace Gateway.Benchmarks.Roles.Faulty;

/// <summary>
/// A backend that fails to order. Orders come line by line over standard input, which no fault of its port reaches, and are answered on
/// standard output; there it also names every POST that it has executed, so that the count outlives a kill. It is warm before it says that it
/// is ready, and listens only when told: a spare can take the place of a killed one at once, as a service that starts fast would.
/// </summary>
internal sealed class FaultyBackend : IDisposable
{
    public const string Ready = "ready";
    public const string Serve = "serve";
    public const string Done = "done";
    public const string Executed = "executed ";

    private const int Backlog = 512;

    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private readonly Lock _output = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly int _port;
    private readonly bool _counts;
    private volatile FaultMode _mode;

    private FaultyBackend(string name, int port, bool counts) => (Name, _port, _counts) = (name, port, counts);

    public string Name { get; }

    public FaultMode Mode => _mode;

    public static async Task<int> RunAsync(string name, int port)
    {
        await WarmUpAsync(name);
        using var backend = new FaultyBackend(name, port, counts: true);
        backend.Say(Ready);
        while (await Console.In.ReadLineAsync() is { } order)
        {
            backend.Obey(order);
            backend.Say(Done);
        }

        return 0;
    }

    /// <summary>Notes that a POST was read whole: from here on it has to be taken for executed.</summary>
    public void Count(string id)
    {
        if (_counts)
        {
            Say(Executed + id);
        }
    }

    public void Dispose() => _listener.Dispose();

    private static async Task WarmUpAsync(string name)
    {
        using var backend = new FaultyBackend(name, port: 0, counts: false);
        backend.Obey(Serve);
        await WarmUp.RunAsync(((IPEndPoint)backend._listener.LocalEndPoint!).Port);
    }

    private void Obey(string order)
    {
        if (order == Serve)
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, _port));
            _listener.Listen(Backlog);
            _ = AcceptAsync();
            return;
        }

        _mode = Enum.Parse<FaultMode>(order);
        if (_mode == FaultMode.ResetConnections)
        {
            foreach (var socket in _open.Keys)
            {
                socket.Reset();
            }
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Welcome(await _listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The listener was closed: the end of the warm-up, or of the process.
        }
    }

    private void Welcome(Socket socket)
    {
        if (_mode == FaultMode.ResetConnections)
        {
            socket.Reset();
            return;
        }

        socket.NoDelay = true;
        _open.TryAdd(socket, value: true);
        _ = ServeAsync(socket);
    }

    private async Task ServeAsync(Socket socket)
    {
        await new FaultyConnection(this, socket).ServeAsync();
        _open.TryRemove(socket, out _);
    }

    private void Say(string line)
    {
        lock (_output)
        {
            Console.Out.WriteLine(line);
        }
    }
}
