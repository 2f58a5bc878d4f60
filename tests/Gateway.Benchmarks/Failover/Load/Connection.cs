using System.Net;
using System.Net.Sockets;
using Gateway.Benchmarks.Wire;

namespace Gateway.Benchmarks.Failover.Load;

/// <summary>A client's connection, used for one request after another. It never sends anything twice.</summary>
internal sealed class Connection : IDisposable
{
    private readonly Socket _socket;
    private readonly MessageReader _reader;

    private Connection(Socket socket)
    {
        _socket = socket;
        _reader = new MessageReader(socket);
    }

    /// <summary>Whether it can carry the next request: an idle connection that has something to read was closed.</summary>
    public bool IsFresh => !_socket.Poll(0, SelectMode.SelectRead);

    public static async Task<Connection> OpenAsync(int port, CancellationToken token)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), token);
            return new Connection(socket);
        }
        catch
        {
            // Nobody else would give it back.
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask<Message?> ExchangeAsync(ReadOnlyMemory<byte> request, CancellationToken token)
    {
        while (request.Length > 0)
        {
            request = request[await _socket.SendAsync(request, SocketFlags.None, token)..];
        }

        return await _reader.ReadAsync(token);
    }

    public void Dispose() => _socket.Dispose();
}
