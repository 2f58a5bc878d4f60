using System.Collections.Immutable;

namespace Gateway.Core.Judging;

/// <summary>Which tier could serve, which would be best, and in which order the backends of a pool are to be tried.</summary>
public static class Ranking
{
    public static bool IsFit(PoolState pool, Tier tier) => pool.Members(tier).Any(backend => backend.IsFit);

    /// <summary>The index of the most preferred tier that can serve, or -1. A sound tier goes before one that is merely not down yet.</summary>
    /// <remarks>Only where nobody is up beyond doubt may a suspected backend become active; otherwise the pool would jump from one doubt to the next.</remarks>
    public static int BestTier(PoolState pool)
    {
        var sound = Find(pool, backend => backend.IsSound);
        return sound >= 0 ? sound : Find(pool, backend => backend.IsFit);
    }

    /// <summary>
    /// The backends that a request may be sent to, best first: the fit ones of the active tier, then the other fit ones in order of
    /// preference. When nobody is fit, everything that is not disabled, those that an operator drains last. Empty only when all
    /// are disabled.
    /// </summary>
    public static ImmutableArray<BackendId> Candidates(PoolState pool)
    {
        var ordered = pool.Members(pool.Active)
            .Concat(pool.Definition.Tiers.Where(tier => tier != pool.Active).SelectMany(pool.Members))
            .ToList();
        var fit = ordered.Where(backend => MayServe(pool, backend)).ToList();
        return fit.Count > 0
            ? [.. fit.Select(backend => backend.Id)]
            : [.. ordered.Where(backend => backend.Admin != Admin.Disabled).OrderBy(backend => backend.Admin).Select(backend => backend.Id)];
    }

    /// <summary>
    /// The backends among which load balancing chooses: the fit ones of the active tier; without any, whoever is to be tried first.
    /// </summary>
    public static ImmutableArray<BackendId> Serving(PoolState pool)
    {
        var fit = pool.Members(pool.Active).Where(backend => MayServe(pool, backend)).Select(backend => backend.Id).ToImmutableArray();
        return fit.IsEmpty ? [.. Candidates(pool).Take(1)] : fit;
    }

    /// <summary>When the pool may return by itself to a tier that it prefers over the active one, or null when it may not.</summary>
    public static (int Tier, Instant At)? FailbackDue(PoolState pool)
    {
        if (pool.Tuning.Failback != FailbackMode.Automatic || pool.Held || pool.Pinned)
        {
            return null;
        }

        for (var index = 0; index < pool.ActiveTier; index++)
        {
            var soundSince = pool.Members(pool.Definition.Tiers[index]).Where(backend => backend.IsSound).Select(backend => backend.Since).ToList();
            if (soundSince.Count > 0)
            {
                return (index, soundSince.Min() + pool.Tuning.StableTime);
            }
        }

        return null;
    }

    // What an operator forced gets its traffic whatever its health: the force would be an empty word otherwise.
    private static bool MayServe(PoolState pool, BackendState backend) =>
        backend.IsFit || (pool.Forced && backend.Admin == Admin.InService && pool.Active.Backends.Contains(backend.Id));

    private static int Find(PoolState pool, Func<BackendState, bool> fits)
    {
        for (var index = 0; index < pool.Definition.Tiers.Length; index++)
        {
            if (pool.Members(pool.Definition.Tiers[index]).Any(fits))
            {
                return index;
            }
        }

        return -1;
    }
}
