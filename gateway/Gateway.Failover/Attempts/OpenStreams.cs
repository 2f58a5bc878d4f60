using System.Collections.Concurrent;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Attempts;

/// <summary>The long-lived streams of a pool: WebSockets, gRPC calls, event streams.</summary>
internal sealed class OpenStreams
{
    private readonly ConcurrentDictionary<AttemptInvoker, bool> _open = new();
    private long _closed;

    /// <summary>How many were closed because the pool left their backend.</summary>
    public long Closed => Interlocked.Read(ref _closed);

    public void Add(AttemptInvoker request) => _open[request] = true;

    public void Remove(AttemptInvoker request) => _open.TryRemove(request, out _);

    public void CountClosed() => Interlocked.Increment(ref _closed);

    public bool IsEmpty => _open.IsEmpty;

    /// <summary>Tells those at backends that no longer serve.</summary>
    public void Leave(PoolView view, StreamPolicy policy)
    {
        foreach (var (request, _) in _open)
        {
            if (request.Current is { } backend && !view.Serving.Contains(backend.Id, StringComparer.OrdinalIgnoreCase))
            {
                var isDrained = view.HasDrained(backend.Id);
                request.LeaveStream(view.IsDown(backend.Id) || isDrained, isDrained ? StreamPolicy.Close : policy);
            }
        }
    }
}

/// <summary>Tells the streams at a backend that its pool has left: they are continued elsewhere, closed, or left alone.</summary>
internal sealed class StreamCloser : IReactor
{
    public void React(Step step)
    {
        if (step.Records.Count > 0 && !step.Pool.Attempts.Streams.IsEmpty)
        {
            // Not in the engine's loop: closing runs the requests' own code.
            ThreadPool.UnsafeQueueUserWorkItem(
                static pool => pool.Attempts.Streams.Leave(pool.View, pool.Setup.Options.Streams), step.Pool, preferLocal: false);
        }
    }
}
