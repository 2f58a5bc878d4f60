using System.Collections.Immutable;
using Gateway.Core.Judging;

namespace Gateway.Core;

/// <summary>What an event makes of a state. Total: an event about somebody who is no longer there changes nothing, because the
/// journal may be older than the configuration.</summary>
public static class Applier
{
    public static PoolState Apply(PoolState pool, ImmutableArray<PoolEvent> events)
    {
        foreach (var happened in events)
        {
            pool = Apply(pool, happened);
        }

        return pool;
    }

    public static PoolState Apply(PoolState pool, PoolEvent happened) => happened switch
    {
        PoolEvent.PoolConfigured e => Relieved(Reshape(pool, e)),
        PoolEvent.EvidenceNoted e => Change(pool, e.Backend, backend => backend with { Evidence = e.Evidence }),
        PoolEvent.BackendSuspected e => Change(
            Judged(pool, e.Backend, e, Health.Suspected, ejection: null, e.Evidence, e.Cause),
            e.Backend, backend => backend with { SparedAt = e.Spared ? e.At : backend.SparedAt }),
        PoolEvent.BackendCleared e => Judged(pool, e.Backend, e, Health.Up, ejection: null, Evidence.None),
        PoolEvent.BackendWentDown e => WentDown(pool, e),
        PoolEvent.BackendOnTrial e => OnTrial(pool, e),
        PoolEvent.TrialNoted e => Change(pool, e.Backend, backend => backend.Ejection is { } ejection
            ? backend with { Ejection = ejection with { Trials = e.Trials, LastTrialAt = e.At } }
            : backend),
        PoolEvent.TrialsLapsed e => Change(pool, e.Backend, backend => backend.Ejection is { } ejection
            ? backend with { Ejection = ejection with { Lapsed = true }, Since = e.At, Reason = e.Sentence, Finding = e.Sentence }
            : backend),
        PoolEvent.BackendCameUp e => CameUp(pool, e),
        PoolEvent.BackendAdminChanged e => Relieved(Change(pool, e.Backend, backend => Administered(backend, e))),
        PoolEvent.BackendDrained e => Change(pool, e.Backend, backend => backend.Admin == Admin.Draining
            ? backend with { Drained = true, DrainUntil = null, Since = e.At, Reason = e.Sentence }
            : backend),
        PoolEvent.BackendLeaving e => Change(pool, e.Backend, backend => backend with { Leaving = true, Since = e.At, Reason = e.Sentence, Finding = e.Sentence }),
        PoolEvent.BackendStays e => Relieved(Change(
            pool, e.Backend, backend => backend with { Leaving = false, Since = e.At, Reason = e.Sentence, Finding = e.Sentence })),
        PoolEvent.BackendReset e => Relieved(Change(
            Judged(pool, e.Backend, e, Health.Unknown, ejection: null, Evidence.None),
            e.Backend, backend => backend with { Ejections = 0, UpSince = null, StartsSlowly = false })),
        PoolEvent.ActiveChanged e => Move(pool, e),
        PoolEvent.PoolExhausted => pool with { Exhausted = true },
        PoolEvent.FirstAnswerNoted e => pool.Window?.Epoch == e.Epoch
            ? pool with { Window = pool.Window with { FirstAnswerAt = e.At, AskedAt = e.AskedAt } }
            : pool,
        PoolEvent.ChangeMeasured e => pool.Window?.Epoch == e.Epoch ? pool with { Window = null } : pool,
        PoolEvent.HoldPlaced => pool with { Held = true },
        PoolEvent.HoldReleased => pool with { Held = false, RestsUntil = null, Changes = pool.RestsUntil is null ? pool.Changes : [] },
        PoolEvent.RestBegan e => pool with { RestsUntil = e.Until },
        PoolEvent.RestEnded e => pool with { RestsUntil = null, Changes = [.. pool.Changes.Where(at => e.At - at < Restlessness.Hour)] },
        PoolEvent.VerdictProposed e => pool with { ProposedAt = e.At },
        PoolEvent.CommandRefused => pool,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static PoolState Judged(
        PoolState pool, BackendId id, PoolEvent happened, Health health, Ejection? ejection, Evidence evidence, Cause cause = Cause.Start) =>
        Change(pool, id, backend => backend with
        {
            Health = health,
            Ejection = ejection,
            Evidence = evidence,
            Since = happened.At,
            Reason = happened.Sentence,
            JudgedAt = happened.At,
            JudgedBy = cause,
            Finding = happened.Sentence,
        });

    private static PoolState WentDown(PoolState pool, PoolEvent.BackendWentDown e) => Change(
        Judged(pool, e.Backend, e, Health.Down, e.Ejected ? new Ejection(e.Until ?? e.At) : null, e.Evidence, e.Cause),
        e.Backend, backend => backend with { Ejections = e.Ejections, UpSince = null, StartsSlowly = false });

    private static PoolState OnTrial(PoolState pool, PoolEvent.BackendOnTrial e) => Change(
        pool, e.Backend, backend => backend.Ejection is { } ejection
            ? backend with { Ejection = ejection with { TrialSince = e.At, LastTrialAt = e.At }, Since = e.At, Reason = e.Sentence, Finding = e.Sentence }
            : backend);

    private static PoolState CameUp(PoolState pool, PoolEvent.BackendCameUp e) => Relieved(Change(
        Judged(pool, e.Backend, e, Health.Up, ejection: null, Evidence.None) with { Forced = pool.Forced && !pool.Active.Backends.Contains(e.Backend) },
        e.Backend, backend => backend with { UpSince = e.At, StartsSlowly = e.StartsSlowly }));

    // Back in service, a backend that is down is so since it was found down, and for that reason.
    private static BackendState Administered(BackendState backend, PoolEvent.BackendAdminChanged e)
    {
        var told = backend with { Admin = e.Admin, DrainUntil = e.Until, Drained = false };
        return (e.Admin, backend.Health) switch
        {
            (Admin.InService, Health.Down) => told with { Since = backend.JudgedAt, Reason = backend.Finding },
            _ => told with { Since = e.At, Reason = e.Sentence },
        };
    }

    private static PoolState Change(PoolState pool, BackendId id, Func<BackendState, BackendState> change) =>
        pool.Backends.TryGetValue(id, out var backend)
            ? pool with { Backends = pool.Backends.SetItem(id, change(backend)) }
            : pool;

    private static PoolState Move(PoolState pool, PoolEvent.ActiveChanged e)
    {
        var counted = pool with
        {
            Epoch = e.Epoch,
            Revision = Math.Max(pool.Revision, e.Revision),
            ProposedAt = null,
            Changes = e.Changes is { } changes ? Restlessness.Latest(pool, changes) : e.IsAutomatic ? Restlessness.Add(pool, e.At) : pool.Changes,
        };
        var tier = pool.Definition.FindTier(e.ToBackends);
        return tier < 0 ? counted : Relieved(counted with
        {
            ActiveTier = tier,
            ObeyedTier = e.Enforced ? tier : pool.ObeyedTier,
            ActiveSince = e.At,
            Cause = e.Cause,
            Sentence = e.Sentence,
            Pinned = e.Pinned,
            Forced = e.Forced,
            Window = new MeasuredWindow(e.Epoch, e.Kind, e.At, e.FirstSignalAt, e.Baseline),
        });
    }

    // An exhausted pool stays so until somebody can serve again; anything less is not worth another alarm.
    private static PoolState Relieved(PoolState pool) =>
        pool.Exhausted && pool.Backends.Values.Any(backend => backend.IsFit) ? pool with { Exhausted = false } : pool;

    private static PoolState Reshape(PoolState pool, PoolEvent.PoolConfigured e)
    {
        var active = Math.Max(0, e.Definition.FindTier(pool.Active.Backends));
        return pool with
        {
            Definition = e.Definition,
            ActiveTier = active,
            ObeyedTier = e.Definition.Tuning.Enforced ? active : Math.Max(0, e.Definition.FindTier(pool.Obeyed.Backends)),
            // With another limit it is found anew whether there were too many.
            RestsUntil = e.Definition.Tuning.MaxChangesPerHour == pool.Tuning.MaxChangesPerHour ? pool.RestsUntil : null,
            Changes = [.. pool.Changes.TakeLast(Restlessness.Kept(e.Definition.Tuning))],
            Backends = e.Definition.Backends.ToImmutableDictionary(
                id => id, id => pool.Backends.TryGetValue(id, out var known) ? known : PoolState.Newcomer(id, e.At)),
        };
    }
}
