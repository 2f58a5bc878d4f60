using Microsoft.Extensions.ObjectPool;

namespace Gateway.Failover.Attempts;

/// <summary>
/// The token of one attempt. Pooled, and linked to nothing: the watch over the attempts cancels it, for every reason that there is, so that a
/// request costs neither a timer nor a registration.
/// </summary>
internal sealed class AttemptCancellation : IResettable
{
    private const int Spares = 1_024;
    private static readonly DefaultObjectPool<AttemptCancellation> Pool = new(new DefaultPooledObjectPolicy<AttemptCancellation>(), Spares);

    private readonly CancellationTokenSource _source = new();

    public CancellationToken Token => _source.Token;

    public static AttemptCancellation Rent() => Pool.Get();

    public void Cancel() => _source.Cancel();

    /// <summary>The attempt is over, nobody has cancelled it or will, and nobody holds its token.</summary>
    public void Return() => Pool.Return(this);

    public bool TryReset() => _source.TryReset();
}
