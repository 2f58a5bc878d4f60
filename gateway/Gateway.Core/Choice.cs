using System.Collections.Immutable;
using Gateway.Core.Judging;

namespace Gateway.Core;

/// <summary>Which tier of a pool shall be active, and by what kind of change it gets there.</summary>
internal static class Choice
{
    public static Decision Of(PoolState pool, PoolInput input)
    {
        if (Ranking.CanServe(pool, pool.ActiveTier))
        {
            return FailBack(pool, input);
        }

        var best = Ranking.BestTier(pool);
        var asked = TakenOut(pool, input);
        var broken = pool.Members(pool.Active).Any(backend => backend.Health == Health.Down);
        return (best, asked, broken) switch
        {
            (-1, _, _) => Exhausted(pool, input),
            _ when best == pool.ActiveTier => Decision.Nothing(
                ReasonCode.BelowMinimum,
                $"{pool.Active.Name} stays active with {Ranking.Fit(pool, pool.Active)} of the {Ranking.Required(pool, pool.Active)} backends that it needs: no tier has enough."),
            (_, true, _) => Moved(Leave(pool, input, best, byOperator: true), ReasonCode.OutOfService),
            _ when pool.Held => Decision.Nothing(
                ReasonCode.Held, $"{pool.Active.Name} would be left for {pool.Definition.Tiers[best].Name}, but the pool is held."),
            _ when Restlessness.FailoverAllowedAt(pool) is { } allowed && allowed > input.At => Rest(
                pool, input, allowed, $"{pool.Active.Name} would be left for {pool.Definition.Tiers[best].Name}"),
            (_, _, true) when !LeavesNow(pool, input) => Moved(FailOver(pool, input, best), ReasonCode.FailedOver),
            _ => Moved(Leave(pool, input, best, byOperator: false), ReasonCode.OutOfService),
        };
    }

    /// <summary>The pool has changed too often. Said once; who asks again hears it as a reason.</summary>
    private static Decision Rest(PoolState pool, PoolInput input, Instant allowed, string otherwise)
    {
        var sentence = $"{pool.Id} makes no change by itself for {Words.Span(allowed - input.At)}, because it has made {pool.Changes.Length} within the hour: {otherwise}.";
        return pool.RestsUntil is not null
            ? Decision.Nothing(ReasonCode.TooManyChanges, sentence)
            : Decision.Of(ReasonCode.TooManyChanges, new PoolEvent.RestBegan(input.At, allowed, sentence));
    }

    /// <summary>
    /// Whether this very input is an operator taking out of service what the active tier served with. Only then does the tier have to
    /// be left although the pool is held; one that was broken before, or out of service for long, waits for the release.
    /// </summary>
    private static bool TakenOut(PoolState pool, PoolInput input)
    {
        BackendId? named = (input as PoolInput.Commanded)?.Command switch
        {
            Command.Drain drain => drain.Backend,
            Command.Disable disable => disable.Backend,
            _ => null,
        };
        return named is { } id && pool.Active.Backends.Contains(id)
            && (pool.Backends[id].Health != Health.Down || pool.Members(pool.Active).All(backend => backend.Admin != Admin.InService));
    }

    /// <summary>Whether it is by a backend's own word that the tier has too few now, whoever of it was down before.</summary>
    private static bool LeavesNow(PoolState pool, PoolInput input) =>
        input is PoolInput.ProbeCompleted { Outcome: ProbeOutcome.Draining, Backend: var id } && pool.Active.Backends.Contains(id);

    /// <summary>The events of a change: the figures of one that was still being measured, then the verdict.</summary>
    public static ImmutableArray<PoolEvent> Change(
        PoolState pool,
        PoolInput input,
        int target,
        ChangeKind kind,
        Cause cause,
        string from,
        Evidence? signal,
        bool pinned,
        string because,
        bool forced = false)
    {
        var to = pool.Definition.Tiers[target];
        var baseline = signal is { FirstBadAt: not null } ? signal.Baseline : input.Tally;
        var verdict = new PoolEvent.ActiveChanged(
            input.At, pool.Epoch.Next, kind, from, to.Name, to.Backends, cause, signal?.FirstBadAt, baseline, pinned,
            $"{pool.Id} moved from {from} to {to.Name}: {because}.")
        {
            Forced = forced,
        };
        return pool.Window is { } open ? [Measure.Close(open, input.At, input.Tally), verdict] : [verdict];
    }

    private static Decision FailBack(PoolState pool, PoolInput input)
    {
        if (Ranking.FailbackDue(pool) is not { } due)
        {
            return Decision.Nothing(ReasonCode.Steady, $"{pool.Active.Name} is active and can serve{WhyNotPreferred(pool)}.");
        }

        var preferred = pool.Definition.Tiers[due.Tier];
        if (input.At < due.At)
        {
            return Decision.Nothing(ReasonCode.WaitingForStableTime, $"{preferred.Name} is up; back to it in {Words.Span(due.At - input.At)} if it stays so.");
        }

        // What peers have agreed on while the pool rests is counted too, and may be later than what it rests for.
        var allowed = Instant.Latest(pool.RestsUntil ?? input.At, Restlessness.FailbackAllowedAt(pool) ?? input.At);
        return allowed > input.At
            ? Rest(pool, input, allowed, $"{preferred.Name} is preferred and up again")
            : Moved(
                Change(
                    pool, input, due.Tier, ChangeKind.Failback, Cause.Preferred, pool.Active.Name, signal: null, pinned: false,
                    $"{preferred.Name} is preferred and has been up for {Words.Span(input.At - due.SoundSince)}"),
                ReasonCode.FailedBack);
    }

    // Whoever sees the preferred tier up and unused asks why.
    private static string WhyNotPreferred(PoolState pool)
    {
        var best = Ranking.BestTier(pool);
        return (pool.Held, pool.Pinned, pool.Tuning.Failback) switch
        {
            _ when best < 0 || best >= pool.ActiveTier => string.Empty,
            (true, _, _) => $"; {pool.Definition.Tiers[best].Name} is preferred, but the pool is held",
            (_, true, _) => $"; {pool.Definition.Tiers[best].Name} is preferred, but an operator chose {pool.Active.Name}",
            (_, _, FailbackMode.Automatic) => string.Empty,
            _ => $"; {pool.Definition.Tiers[best].Name} is preferred, but failback is not automatic",
        };
    }

    private static ImmutableArray<PoolEvent> FailOver(PoolState pool, PoolInput input, int target)
    {
        var guilty = pool.Members(pool.Active).Where(backend => backend.Health == Health.Down).OrderBy(backend => backend.JudgedAt).ToList();
        var last = guilty[^1];
        var fit = Ranking.Fit(pool, pool.Active);
        var rest = (pool.Active.Backends.Length, fit) switch
        {
            (1, _) => string.Empty,
            (_, 0) => ", the last of its tier",
            _ => $", and its tier has {fit} of the {Ranking.Required(pool, pool.Active)} backends that it needs",
        };
        return Change(
            pool, input, target, ChangeKind.Failover, last.JudgedBy, pool.Active.Name, Beginning(guilty), pinned: false, last.Finding.TrimEnd('.') + rest);
    }

    /// <summary>
    /// The evidence whose first bad signal began the incident: that of the last to fall, or of one that fell when the next was in
    /// doubt already. Who has been down since long before is part of another story.
    /// </summary>
    public static Evidence Beginning(IReadOnlyList<BackendState> guilty)
    {
        var earliest = guilty[^1].Evidence;
        foreach (var other in guilty.Reverse().Skip(1).TakeWhile(other => other.JudgedAt >= earliest.FirstBadAt))
        {
            earliest = other.Evidence.FirstBadAt < earliest.FirstBadAt ? other.Evidence : earliest;
        }

        return earliest;
    }

    private static ImmutableArray<PoolEvent> Leave(PoolState pool, PoolInput input, int target, bool byOperator)
    {
        var members = pool.Members(pool.Active).ToList();
        var (cause, because) = !byOperator && members.Exists(backend => backend is { Leaving: true, Admin: Admin.InService })
            ? (Cause.Leaving, $"{pool.Active.Name} asks for no new requests itself")
            : (members.TrueForAll(backend => backend.Admin == Admin.Disabled) ? Cause.Disabled : Cause.Drained, $"an operator took {pool.Active.Name} out of service");
        return Change(pool, input, target, ChangeKind.Switchover, cause, pool.Active.Name, signal: null, pinned: false, because);
    }

    private static Decision Exhausted(PoolState pool, PoolInput input)
    {
        var tried = Ranking.Candidates(pool);
        var sentence = tried.IsEmpty
            ? $"Nobody is left in {pool.Id}: operators have disabled everybody."
            : $"Nobody is left in {pool.Id}: {pool.Active.Name} stays active, and as a last resort requests are tried at {string.Join(", ", tried)}.";
        return pool.Exhausted
            ? Decision.Nothing(ReasonCode.NobodyLeft, sentence)
            : Decision.Of(ReasonCode.NobodyLeft, new PoolEvent.PoolExhausted(input.At, sentence));
    }

    private static Decision Moved(ImmutableArray<PoolEvent> events, ReasonCode code) => new(events, new Reason(code, events[^1].Sentence));
}
