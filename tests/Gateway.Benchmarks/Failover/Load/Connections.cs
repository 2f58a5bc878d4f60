using System.Collections.Concurrent;
using Gateway.Benchmarks.Wire;

namespace Gateway.Benchmarks.Failover.Load;

/// <summary>The idle connections to a proxy, the warmest first.</summary>
internal sealed class Connections(int port) : IDisposable
{
    private readonly ConcurrentStack<Connection> _idle = new();

    /// <summary>Sends a request over an idle connection or a new one, and keeps the connection if it may be used again.</summary>
    public async Task<Message?> ExchangeAsync(ReadOnlyMemory<byte> request, CancellationToken token)
    {
        var connection = TakeIdle() ?? await Connection.OpenAsync(port, token);
        var reusable = false;
        try
        {
            var answer = await connection.ExchangeAsync(request, token);
            reusable = answer is { Complete: true } && !"close".Equals(answer.Header("Connection"), StringComparison.OrdinalIgnoreCase);
            return answer;
        }
        finally
        {
            if (reusable)
            {
                _idle.Push(connection);
            }
            else
            {
                connection.Dispose();
            }
        }
    }

    public void Dispose()
    {
        while (_idle.TryPop(out var connection))
        {
            connection.Dispose();
        }
    }

    private Connection? TakeIdle()
    {
        while (_idle.TryPop(out var connection))
        {
            if (connection.IsFresh)
            {
                return connection;
            }

            connection.Dispose();
        }

        return null;
    }
}
