using Gateway.Core;

namespace Gateway.Failover.Engine;

/// <summary>
/// What the journal says at a cold start. The verdict, an operator's words and who was down come back; that somebody was up is forgotten,
/// because nobody has looked since.
/// </summary>
internal static class Restoration
{
    private const string Unprobed = "Not probed since the gateway started.";

    public static PoolState Restore(PoolDefinition definition, IEnumerable<JournalEntry> entries, EngineClock clock)
    {
        var state = entries.Where(entry => entry.Pool == definition.Id.Value)
            .Aggregate(PoolState.Create(definition, clock.Now), (pool, entry) => Relive(pool, entry, clock));
        return state with
        {
            Window = null,
            Exhausted = false,
            ProposedAt = null,
            // A journal that was written anew tells of the latest changes twice.
            Changes = [.. state.Changes.Distinct().Order()],
            // Requests follow the verdict, also where it was only said until the gateway stopped.
            ObeyedTier = definition.Tuning.Enforced ? state.ActiveTier : state.ObeyedTier,
            Backends = state.Backends.SetItems(state.Backends.Values.Select(backend => KeyValuePair.Create(backend.Id, Forgotten(backend, clock)))),
        };
    }

    // Trials that were under way begin anew; what was away got none.
    private static Ejection? Interrupted(Ejection? ejection) =>
        ejection is { Lapsed: false } ? ejection with { TrialSince = null, LastTrialAt = null, Trials = 0 } : ejection;

    private static BackendState Forgotten(BackendState backend, EngineClock clock) => backend.Health == Health.Down
        ? backend with { Leaving = false, Ejection = Interrupted(backend.Ejection) }
        : backend with
        {
            Health = Health.Unknown,
            Leaving = false,
            Since = clock.Now,
            Reason = backend.Admin == Admin.InService ? Unprobed : backend.Reason,
            JudgedAt = clock.Now,
            Finding = Unprobed,
            Evidence = Evidence.None,
            UpSince = backend.Ejections > 0 ? backend.UpSince : null,
            StartsSlowly = backend is { Ejections: > 0, StartsSlowly: true },
        };

    // Who was out of the pool at some time came back as a newcomer: what was said before about its name, a drain above all, was said about another.
    private static PoolState Relive(PoolState pool, JournalEntry entry, EngineClock clock)
    {
        if (entry.Backends is { IsDefault: false } members)
        {
            var strangers = pool.Backends.Keys.Where(id => !members.Contains(id.Value));
            var newcomers = strangers.Select(id => KeyValuePair.Create(id, PoolState.Newcomer(id, clock.Now)));
            return pool with { Backends = pool.Backends.SetItems(newcomers) };
        }

        return entry.ToEvent(clock) is { } happened ? Applier.Apply(pool, happened) : pool;
    }

    /// <summary>
    /// The change that a configuration made while the gateway was stopped, or null. One epoch has one name: where the verdict's tier is gone, or
    /// has other members, the first thing to happen is a change with a number of its own.
    /// </summary>
    public static PoolEvent.ActiveChanged? Moved(PoolState restored, IEnumerable<JournalEntry> entries, EngineClock clock)
    {
        var last = entries.LastOrDefault(entry => entry.Pool == restored.Id.Value && entry.Kind == nameof(PoolEvent.ActiveChanged));
        if (last?.To is not { } name || name == restored.Active.Name)
        {
            return null;
        }

        var kept = restored.Definition.FindTier([.. (last.ToBackends ?? []).Select(id => new BackendId(id))]) >= 0;
        var because = kept ? "the configuration groups the backends anew" : $"{name} was taken out of the configuration";
        return new PoolEvent.ActiveChanged(
            clock.Now, restored.Epoch.Next, ChangeKind.Switchover, name, restored.Active.Name, restored.Active.Backends,
            kept ? Cause.Configured : Cause.Removed, FirstSignalAt: null, default, kept && restored.Pinned,
            $"{restored.Id} moved from {name} to {restored.Active.Name}: {because}.");
    }

    /// <summary>Fills the history. A change whose figures were still being taken when the gateway stopped will never have them.</summary>
    public static void Remember(History history, IEnumerable<JournalEntry> entries, EngineClock clock)
    {
        foreach (var entry in entries.Where(entry => entry.Sequence > 0))
        {
            if (entry.ToEvent(clock) is { } happened)
            {
                history.Add(new Recorded(entry.Sequence, entry.At, new PoolId(entry.Pool), happened));
            }
        }

        history.CloseOpenChanges("The gateway stopped before this change was measured.");
    }

    /// <summary>A pool's whole state as entries with sequence 0: they restore it, but are not history.</summary>
    public static IEnumerable<JournalEntry> Checkpoint(PoolState pool, JournalEntry after, EngineClock clock)
    {
        JournalEntry Entry(PoolEvent happened) => JournalEntry.Of(new Recorded(0, clock.Wall(happened.At), pool.Id, happened), clock);

        PoolEvent.ActiveChanged Verdict(Tier tier, bool enforced) => new(
            pool.ActiveSince, pool.Epoch, ChangeKind.Switchover, tier.Name, tier.Name, tier.Backends, pool.Cause,
            FirstSignalAt: null, default, pool.Pinned, pool.Sentence)
        {
            Forced = pool.Forced,
            Revision = pool.Revision,
            Changes = pool.Changes,
            Enforced = enforced,
        };

        yield return Entry(Verdict(pool.Obeyed, enforced: true));
        if (pool.Obeyed != pool.Active)
        {
            yield return Entry(Verdict(pool.Active, enforced: false));
        }

        if (pool.Held)
        {
            yield return Entry(new PoolEvent.HoldPlaced(clock.FromWall(after.At), $"{pool.Id} is held."));
        }

        if (pool.RestsUntil is { } rest)
        {
            yield return Entry(new PoolEvent.RestBegan(clock.FromWall(after.At), rest, $"{pool.Id} makes no change by itself for a while."));
        }

        foreach (var backend in pool.Backends.Values)
        {
            if (backend.Ejections > 0)
            {
                // Who has been ejected before is ejected for longer, whatever it is now.
                yield return Entry(Down(backend, ejected: true));
            }

            if (backend.Health == Health.Down)
            {
                // What was found, not what an operator said afterwards: that follows.
                yield return Entry(Down(backend, backend.Ejected));
            }
            else if (backend is { Ejections: > 0, UpSince: { } since })
            {
                yield return Entry(new PoolEvent.BackendCameUp(since, backend.Id, backend.Finding, backend.StartsSlowly));
            }

            if (backend.Admin != Admin.InService)
            {
                yield return Entry(new PoolEvent.BackendAdminChanged(backend.Since, backend.Id, backend.Admin, backend.Reason) { Until = backend.DrainUntil });
            }
        }
    }

    private static PoolEvent.BackendWentDown Down(BackendState backend, bool ejected) => new(
        backend.JudgedAt, backend.Id, backend.JudgedBy, ejected, Evidence.None, backend.Finding)
    {
        Until = backend.Ejection?.Until,
        Ejections = backend.Ejections,
    };
}
