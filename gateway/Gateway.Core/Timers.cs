using Gateway.Core.Judging;

namespace Gateway.Core;

/// <summary>When a pool wants to hear of the time again, although nothing else may happen.</summary>
public static class Timers
{
    /// <summary>After so long a proposal that nobody has agreed to is made anew: every call to the peers' store has ended by then.</summary>
    public static readonly TimeSpan ProposalLimit = TimeSpan.FromSeconds(1);

    /// <summary>The next instant at which <see cref="PoolInput.Ticked"/> could decide something, or null.</summary>
    public static Instant? NextDue(PoolState pool)
    {
        var due = Sooner(pool.Window?.ClosesAt(pool.Tuning), pool.RestsUntil);
        foreach (var (_, backend) in pool.Backends)
        {
            due = Sooner(due, Sooner(TrialJudge.DueAt(backend, pool.Tuning), backend.DrainUntil));
        }

        return Sooner(due, Moves(pool));
    }

    // While the pool rests, or waits for its peers, what it would do otherwise is not due.
    private static Instant? Moves(PoolState pool)
    {
        var proposed = pool.ProposedAt + ProposalLimit;
        if (Ranking.CanServe(pool, pool.ActiveTier))
        {
            var failback = pool.RestsUntil is null ? Ranking.FailbackDue(pool)?.At : null;
            return failback is null ? null : Later(failback, proposed);
        }

        var isWanted = !pool.Held && Ranking.BestTier(pool) is var best && best >= 0 && best != pool.ActiveTier;
        return isWanted ? Later(Restlessness.FailoverAllowedAt(pool), proposed) : null;
    }

    private static Instant? Later(Instant? a, Instant? b) => (a, b) is ({ } one, { } other) ? Instant.Latest(one, other) : a ?? b;

    private static Instant? Sooner(Instant? a, Instant? b) => (a, b) is ({ } one, { } other) ? Instant.Earliest(one, other) : a ?? b;
}
