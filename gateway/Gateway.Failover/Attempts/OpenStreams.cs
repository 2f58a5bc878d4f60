using System.Collections.Concurrent;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Attempts;

/// <summary>The long-lived streams of a pool: WebSockets, gRPC calls, event streams.</summary>
internal sealed class OpenStreams
{
    private readonly ConcurrentDictionary<AttemptInvoker, Backend> _open = new();
    private long _closed;

    /// <summary>How many were closed because the pool left their backend.</summary>
    public long Closed => Interlocked.Read(ref _closed);

    public void Add(AttemptInvoker request, Backend backend) => _open[request] = backend;

    public void Remove(AttemptInvoker request) => _open.TryRemove(request, out _);

    /// <summary>Closes those at backends that no longer serve.</summary>
    public void CloseLeft(PoolView view)
    {
        foreach (var (request, backend) in _open)
        {
            if (!view.Serving.Contains(backend.Id, StringComparer.OrdinalIgnoreCase) && _open.TryRemove(request, out _))
            {
                Interlocked.Increment(ref _closed);
                request.CloseStream();
            }
        }
    }
}

/// <summary>Closes the streams at a backend that its pool has left, where the pool wants that.</summary>
internal sealed class StreamCloser : IReactor
{
    public void React(Step step)
    {
        if (step.Pool.Setup.Options.Streams == StreamPolicy.Close && step.Records.Any())
        {
            // Not in the engine's loop: closing runs the requests' own code.
            ThreadPool.UnsafeQueueUserWorkItem(static pool => pool.Attempts.Streams.CloseLeft(pool.View), step.Pool, preferLocal: false);
        }
    }
}
