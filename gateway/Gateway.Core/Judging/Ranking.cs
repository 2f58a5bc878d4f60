using System.Collections.Immutable;

namespace Gateway.Core.Judging;

/// <summary>Which tier could serve, which would be best, and in which order the backends of a pool are to be tried.</summary>
public static class Ranking
{
    /// <summary>Whether anybody of the tier may serve.</summary>
    public static bool IsFit(PoolState pool, Tier tier) => Fit(pool, tier) > 0;

    /// <summary>
    /// Whether a tier has enough fit backends to be active. Of the tier that an operator chose one is enough: the choice was made knowing it.
    /// </summary>
    public static bool CanServe(PoolState pool, int tier) =>
        Fit(pool, pool.Definition.Tiers[tier]) >= (pool.Pinned && tier == pool.ActiveTier ? 1 : Required(pool, pool.Definition.Tiers[tier]));

    /// <summary>How many of a tier have to be fit.</summary>
    public static int Required(PoolState pool, Tier tier)
    {
        var inService = 0;
        foreach (var id in tier.Backends)
        {
            inService += pool.Backends[id].Admin == Admin.InService ? 1 : 0;
        }

        return pool.Tuning.TierMinimum.Of(inService);
    }

    public static int Fit(PoolState pool, Tier tier)
    {
        var fit = 0;
        foreach (var id in tier.Backends)
        {
            fit += pool.Backends[id].IsFit ? 1 : 0;
        }

        return fit;
    }

    /// <summary>
    /// The index of the most preferred tier that can serve, or -1. A sound tier goes before one that is merely not down yet, and one that has
    /// enough backends before one that has too few; among those with too few the active one stays.
    /// </summary>
    /// <remarks>Only where nobody is up beyond doubt may a suspected backend become active; otherwise the pool would jump from one doubt to the next.</remarks>
    public static int BestTier(PoolState pool)
    {
        var (enough, any, sound) = (-1, -1, -1);
        for (var index = 0; index < pool.Definition.Tiers.Length; index++)
        {
            var tier = pool.Definition.Tiers[index];
            var (required, soundOnes) = (Required(pool, tier), Sound(pool, tier));
            if (soundOnes >= required)
            {
                return index;
            }

            enough = enough < 0 && CanServe(pool, index) ? index : enough;
            sound = sound < 0 && soundOnes > 0 ? index : sound;
            any = any < 0 && IsFit(pool, tier) ? index : any;
        }

        return enough >= 0 ? enough : IsFit(pool, pool.Active) ? pool.ActiveTier : sound >= 0 ? sound : any;
    }

    /// <summary>
    /// The backends that a request may be sent to, best first: the fit ones of the active tier, then the other fit ones in order of
    /// preference. When nobody is fit, everything that is not disabled: those that are only leaving before those that are down, and those that an
    /// operator drains last. Empty only when all are disabled. In a dry run only an operator's words count.
    /// </summary>
    public static ImmutableArray<BackendId> Candidates(PoolState pool)
    {
        var ordered = Ordered(pool);
        var fit = ordered.Where(backend => MayServe(pool, backend)).Select(backend => backend.Id).ToImmutableArray();
        return fit.IsEmpty
            ? [.. ordered.Where(backend => backend.Admin != Admin.Disabled)
                .OrderBy(backend => backend.Admin).ThenBy(backend => backend.Health == Health.Down).Select(backend => backend.Id)]
            : fit;
    }

    /// <summary>
    /// The backends among which load balancing chooses: the fit ones of the active tier; without any, whoever is to be tried first.
    /// </summary>
    public static ImmutableArray<BackendId> Serving(PoolState pool)
    {
        var fit = pool.Members(pool.Obeyed).Where(backend => MayServe(pool, backend)).Select(backend => backend.Id).ToImmutableArray();
        return fit.IsEmpty ? [.. Candidates(pool).Take(1)] : fit;
    }

    /// <summary>
    /// Who takes what the active tier cannot carry, and how much of all requests that is: the fit backends of the next tier that has any. Nobody, 0 where
    /// nothing spills over. Envoy's priority levels with an overprovisioning factor do the same.
    /// </summary>
    public static (ImmutableArray<BackendId> Next, double Share) SpillOver(PoolState pool)
    {
        var inService = pool.Members(pool.Active).Count(backend => backend.Admin == Admin.InService);
        var (fit, factor) = (Fit(pool, pool.Active), pool.Tuning.SpillOver);
        var share = factor == 0 || inService == 0 || fit == 0 || !pool.Tuning.Enforced ? 0 : 1 - Math.Min(1, factor * fit / inService);
        var next = share <= 0 ? null : pool.Definition.Tiers.FirstOrDefault(tier => tier != pool.Active && IsFit(pool, tier));
        return next is null ? ([], 0) : ([.. pool.Members(next).Where(backend => backend.IsFit).Select(backend => backend.Id)], share);
    }

    /// <summary>The rules by which requests find their backend now.</summary>
    public static ImmutableArray<ServingRule> Rules(PoolState pool, Instant now)
    {
        var fit = pool.Members(pool.Obeyed).Any(backend => backend.IsFit);
        var rules = ImmutableArray.CreateBuilder<ServingRule>();
        rules.Add(!pool.Tuning.Enforced ? ServingRule.DryRun : fit ? ServingRule.ActiveTier : pool.Forced ? ServingRule.Forced : ServingRule.LastResort);
        if (SpillOver(pool).Share > 0)
        {
            rules.Add(ServingRule.SpillOver);
        }

        if (Serving(pool) is { Length: > 1 } serving && serving.Any(id => Ramp(pool.Backends[id], pool.Tuning, now) < 1))
        {
            rules.Add(ServingRule.SlowStart);
        }

        return rules.ToImmutable();
    }

    /// <summary>When the pool may return by itself to a tier that it prefers over the active one, or null when it may not.</summary>
    public static (int Tier, Instant At, Instant SoundSince)? FailbackDue(PoolState pool)
    {
        if (pool.Tuning.Failback != FailbackMode.Automatic || pool.Held || pool.Pinned)
        {
            return null;
        }

        for (var index = 0; index < pool.ActiveTier; index++)
        {
            if (SoundSince(pool, pool.Definition.Tiers[index]) is { } since)
            {
                return (index, Instant.Latest(since + pool.Tuning.StableTime, pool.ActiveSince + pool.Tuning.MinTimeBetweenChanges), since);
            }
        }

        return null;
    }

    /// <summary>What share of its full share a backend gets: less than 1 only for a while after it came back from an ejection.</summary>
    public static double Ramp(BackendState backend, PoolTuning tuning, Instant now)
    {
        return backend is { StartsSlowly: true, UpSince: { } since } && tuning.SlowStart > TimeSpan.Zero ? Ramp(since, tuning.SlowStart, now) : 1;
    }

    /// <summary>The same while it lasts: a tenth at first, all of it at the end.</summary>
    public static double Ramp(Instant since, TimeSpan slowStart, Instant now)
    {
        const double least = 0.1;
        return Math.Clamp((now - since) / slowStart, least, 1);
    }

    // Since when a tier has had as many sound backends as it needs.
    private static Instant? SoundSince(PoolState pool, Tier tier)
    {
        var required = Required(pool, tier);
        var since = pool.Members(tier).Where(backend => backend.IsSound).Select(backend => backend.Since).Order().ToList();
        return since.Count >= required ? since[required - 1] : null;
    }

    private static int Sound(PoolState pool, Tier tier)
    {
        var sound = 0;
        foreach (var id in tier.Backends)
        {
            sound += pool.Backends[id].IsSound ? 1 : 0;
        }

        return sound;
    }

    private static List<BackendState> Ordered(PoolState pool) =>
        [.. pool.Members(pool.Obeyed), .. pool.Definition.Tiers.Where(tier => tier != pool.Obeyed).SelectMany(pool.Members)];

    // What an operator forced gets its traffic whatever its health: the force would be an empty word otherwise.
    private static bool MayServe(PoolState pool, BackendState backend) => pool.Tuning.Enforced
        ? backend.IsFit || (pool.Forced && backend.Admin == Admin.InService && pool.Active.Backends.Contains(backend.Id))
        : backend.Admin == Admin.InService;
}
