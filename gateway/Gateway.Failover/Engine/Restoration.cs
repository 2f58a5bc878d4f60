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
            .Select(entry => entry.ToEvent(clock)).OfType<PoolEvent>()
            .Aggregate(PoolState.Create(definition, clock.Now), Applier.Apply);
        return state with
        {
            Window = null,
            Exhausted = false,
            Backends = state.Backends.SetItems(state.Backends.Values
                .Where(backend => backend.Health != Health.Down)
                .Select(backend => KeyValuePair.Create(backend.Id, backend with
                {
                    Health = Health.Unknown,
                    Since = clock.Now,
                    Reason = backend.Admin == Admin.InService ? Unprobed : backend.Reason,
                    JudgedAt = clock.Now,
                    Finding = Unprobed,
                    Evidence = Evidence.None,
                }))),
        };
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

        yield return Entry(new PoolEvent.ActiveChanged(
            pool.ActiveSince, pool.Epoch, ChangeKind.Switchover, pool.Active.Name, pool.Active.Name, pool.Active.Backends, pool.Cause,
            FirstSignalAt: null, default, pool.Pinned, pool.Sentence)
        {
            Forced = pool.Forced,
        });
        if (pool.Held)
        {
            yield return Entry(new PoolEvent.HoldPlaced(clock.FromWall(after.At), $"{pool.Id} is held."));
        }

        foreach (var backend in pool.Backends.Values)
        {
            if (backend.Health == Health.Down)
            {
                // What was found, not what an operator said afterwards: that follows.
                yield return Entry(new PoolEvent.BackendWentDown(
                    backend.JudgedAt, backend.Id, backend.Ejected ? Cause.RequestsFailed : Cause.ProbeFailed, backend.Ejected, Evidence.None,
                    backend.Finding));
            }

            if (backend.Admin != Admin.InService)
            {
                yield return Entry(new PoolEvent.BackendAdminChanged(backend.Since, backend.Id, backend.Admin, backend.Reason));
            }
        }
    }
}
