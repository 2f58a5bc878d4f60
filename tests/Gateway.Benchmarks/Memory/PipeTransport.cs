using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Gateway.Benchmarks.Memory;

/// <summary>Gives Kestrel connections that are pairs of pipes.</summary>
internal sealed class PipeTransport : IConnectionListenerFactory, IConnectionListener
{
    private readonly Channel<ConnectionContext> _waiting = Channel.CreateUnbounded<ConnectionContext>();

    public EndPoint EndPoint { get; private set; } = new IPEndPoint(IPAddress.Loopback, 0);

    /// <summary>The client's side of a new connection.</summary>
    public IDuplexPipe Connect()
    {
        var (toServer, toClient) = (new Pipe(), new Pipe());
        var client = new Side(toClient.Reader, toServer.Writer);
        _waiting.Writer.TryWrite(new DefaultConnectionContext("pipe", transport: new Side(toServer.Reader, toClient.Writer), application: client));
        return client;
    }

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        EndPoint = endpoint;
        return new(this);
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        // A closed channel is Kestrel's sign that no more connections will come.
        while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_waiting.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _waiting.Writer.TryComplete();
        return default;
    }

    public ValueTask DisposeAsync() => default;

    private sealed record Side(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
