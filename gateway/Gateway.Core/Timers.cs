using Gateway.Core.Judging;

namespace Gateway.Core;

/// <summary>When a pool wants to hear of the time again, although nothing else may happen.</summary>
public static class Timers
{
    /// <summary>The next instant at which <see cref="PoolInput.Ticked"/> could decide something, or null.</summary>
    public static Instant? NextDue(PoolState pool)
    {
        var window = pool.Window?.ClosesAt(pool.Tuning);
        var failback = Ranking.IsFit(pool, pool.Active) ? Ranking.FailbackDue(pool)?.At : null;
        return (window, failback) switch
        {
            ({ } a, { } b) => Instant.Earliest(a, b),
            _ => window ?? failback,
        };
    }
}
