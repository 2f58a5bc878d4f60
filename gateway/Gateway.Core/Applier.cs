using System.Collections.Immutable;

namespace Gateway.Core;

/// <summary>What an event makes of a state. Total: an event about somebody who is no longer there changes nothing, because the
/// journal may be older than the configuration.</summary>
public static class Applier
{
    public static PoolState Apply(PoolState pool, ImmutableArray<PoolEvent> events) => events.Aggregate(pool, Apply);

    public static PoolState Apply(PoolState pool, PoolEvent happened) => happened switch
    {
        PoolEvent.PoolConfigured e => Relieved(Reshape(pool, e)),
        PoolEvent.EvidenceNoted e => Change(pool, e.Backend, backend => backend with { Evidence = e.Evidence }),
        PoolEvent.BackendSuspected e => Judged(pool, e.Backend, e, Health.Suspected, ejected: false, e.Evidence, e.Cause),
        PoolEvent.BackendCleared e => Judged(pool, e.Backend, e, Health.Up, ejected: false, Evidence.None),
        PoolEvent.BackendWentDown e => Judged(pool, e.Backend, e, Health.Down, e.Ejected, e.Evidence, e.Cause),
        PoolEvent.BackendCameUp e => Relieved(Judged(pool, e.Backend, e, Health.Up, ejected: false, Evidence.None) with
        {
            Forced = pool.Forced && !pool.Active.Backends.Contains(e.Backend),
        }),
        PoolEvent.BackendAdminChanged e => Relieved(Change(pool, e.Backend, backend => Administered(backend, e))),
        PoolEvent.BackendReset e => Relieved(Judged(pool, e.Backend, e, Health.Unknown, ejected: false, Evidence.None)),
        PoolEvent.ActiveChanged e => Move(pool, e),
        PoolEvent.PoolExhausted => pool with { Exhausted = true },
        PoolEvent.FirstAnswerNoted e => pool.Window?.Epoch == e.Epoch
            ? pool with { Window = pool.Window with { FirstAnswerAt = e.At, AskedAt = e.AskedAt } }
            : pool,
        PoolEvent.ChangeMeasured e => pool.Window?.Epoch == e.Epoch ? pool with { Window = null } : pool,
        PoolEvent.HoldPlaced => pool with { Held = true },
        PoolEvent.HoldReleased => pool with { Held = false },
        PoolEvent.CommandRefused => pool,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static PoolState Judged(
        PoolState pool, BackendId id, PoolEvent happened, Health health, bool ejected, Evidence evidence, Cause cause = Cause.Start) =>
        Change(pool, id, backend => backend with
        {
            Health = health,
            Ejected = ejected,
            Evidence = evidence,
            Since = happened.At,
            Reason = happened.Sentence,
            JudgedAt = happened.At,
            JudgedBy = cause,
            Finding = happened.Sentence,
        });

    // Back in service, a backend that is down is so since it was found down, and for that reason.
    private static BackendState Administered(BackendState backend, PoolEvent.BackendAdminChanged e) => (e.Admin, backend.Health) switch
    {
        (Admin.InService, Health.Down) => backend with { Admin = e.Admin, Since = backend.JudgedAt, Reason = backend.Finding },
        _ => backend with { Admin = e.Admin, Since = e.At, Reason = e.Sentence },
    };

    private static PoolState Change(PoolState pool, BackendId id, Func<BackendState, BackendState> change) =>
        pool.Backends.TryGetValue(id, out var backend)
            ? pool with { Backends = pool.Backends.SetItem(id, change(backend)) }
            : pool;

    private static PoolState Move(PoolState pool, PoolEvent.ActiveChanged e)
    {
        var tier = pool.Definition.FindTier(e.ToBackends);
        return tier < 0 ? pool with { Epoch = e.Epoch } : Relieved(pool with
        {
            Epoch = e.Epoch,
            ActiveTier = tier,
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

    private static PoolState Reshape(PoolState pool, PoolEvent.PoolConfigured e) => pool with
    {
        Definition = e.Definition,
        ActiveTier = Math.Max(0, e.Definition.FindTier(pool.Active.Backends)),
        Backends = e.Definition.Backends.ToImmutableDictionary(
            id => id, id => pool.Backends.TryGetValue(id, out var known) ? known : PoolState.Newcomer(id, e.At)),
    };
}
