using Microsoft.Extensions.ObjectPool;

namespace Gateway.Failover.Attempts;

/// <summary>
/// The deadline of one attempt, linked to the request's own. Pooled, because a source and its timer on every request would be most of what
/// failover costs.
/// </summary>
internal sealed class AttemptTimeout : IResettable
{
    private const int Spares = 1_024;
    private static readonly DefaultObjectPool<AttemptTimeout> Pool = new(new DefaultPooledObjectPolicy<AttemptTimeout>(), Spares);

    private readonly CancellationTokenSource _source = new();
    private CancellationTokenRegistration _link;

    public CancellationToken Token => _source.Token;

    public bool Expired => _source.IsCancellationRequested;

    public static AttemptTimeout Start(TimeSpan after, CancellationToken request)
    {
        var timeout = Pool.Get();
        timeout._link = request.UnsafeRegister(static state => ((AttemptTimeout)state!)._source.Cancel(), timeout);
        timeout._source.CancelAfter(after);
        return timeout;
    }

    /// <summary>The attempt is over.</summary>
    /// <param name="reusable">Nobody holds on to <see cref="Token"/>, as a body that is still being sent would.</param>
    public void End(bool reusable)
    {
        _link.Dispose();
        if (reusable)
        {
            Pool.Return(this);
        }
        else
        {
            // The token stays good for whoever holds it; only the timer must not go off any more.
            _source.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    public bool TryReset() => _source.TryReset();
}
