using System.Collections.Immutable;
using Gateway.Core.Judging;

namespace Gateway.Core;

/// <summary>What an operator may do, and why not.</summary>
internal static class CommandRules
{
    public static Decision Judge(PoolState pool, PoolInput.Commanded input)
    {
        if (input.Command.ExpectedEpoch is { } expected && expected != pool.Epoch)
        {
            return Refuse(input, $"{pool.Id} is at epoch {pool.Epoch}, not {expected}: it has changed since you looked.");
        }

        return input.Command switch
        {
            Command.Switchover switchover => Switchover(pool, input, switchover),
            Command.Failback => Failback(pool, input),
            Command.Hold => pool.Held
                ? Refuse(input, $"{pool.Id} is held already.")
                : Accept(new PoolEvent.HoldPlaced(input.At, $"{input.By} holds {pool.Id}: it changes nothing by itself until it is released.")),
            Command.Release => pool.Held || pool.RestsUntil is not null
                ? Accept(new PoolEvent.HoldReleased(input.At, $"{input.By} released {pool.Id}: it changes by itself again."))
                : Refuse(input, $"{pool.Id} is not held."),
            Command.Drain drain => TakeOut(pool, input, drain.Backend, Admin.Draining, drain.Within),
            Command.Disable disable => TakeOut(pool, input, disable.Backend, Admin.Disabled, within: null),
            Command.Enable enable => Enable(pool, input, enable.Backend),
            Command.Reset reset => Known(pool, input, reset.Backend, backend => Accept(
                new PoolEvent.BackendReset(input.At, backend.Id, $"{input.By} reset {backend.Id}: it is judged anew."))),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static Decision Switchover(PoolState pool, PoolInput.Commanded input, Command.Switchover command) =>
        Known(pool, input, command.To, target =>
        {
            var tier = pool.Definition.FindTier([command.To]);
            var tierFit = Ranking.IsFit(pool, pool.Definition.Tiers[tier]);
            var (fit, required) = (Ranking.Fit(pool, pool.Definition.Tiers[tier]), Ranking.Required(pool, pool.Definition.Tiers[tier]));
            return (target.IsFit, command.Force) switch
            {
                _ when tier == pool.ObeyedTier => Refuse(input, $"{pool.Obeyed.Name} is active already."),
                _ when target.Admin != Admin.InService => Refuse(input, $"No switchover: {target.Id} is {Words.Of(target.Admin)}; enable it first."),
                (false, false) => Refuse(input, $"No switchover: {target.Finding}"),
                (true, false) when fit < required => Refuse(
                    input, $"No switchover: {fit} of the {required} backends that the tier of {target.Id} needs can serve."),
                (false, true) when !tierFit => Accept([
                    .. pool.Held ? ImmutableArray<PoolEvent>.Empty : [Holding(pool, input, target)],
                    .. Moved(pool, input, tier, forced: true, pinned: tier > 0),
                ]),
                _ => Accept(Moved(pool, input, tier, forced: false, pinned: tier > 0 || fit < required)),
            };
        });

    private static Decision Failback(PoolState pool, PoolInput.Commanded input)
    {
        var best = Ranking.BestTier(pool);
        return (pool.Tuning.Failback, best) switch
        {
            (FailbackMode.Never, _) => Refuse(input, $"No failback: it is switched off for {pool.Id}; ask for a switchover by name."),
            (_, -1) => Refuse(input, $"No failback: nobody in {pool.Id} can serve."),
            _ when best >= pool.ObeyedTier => Refuse(input, $"No failback: nobody preferred over {pool.Obeyed.Name} is up."),
            _ => Accept(Choice.Change(
                pool, input, best, ChangeKind.Failback, Cause.Operator, pool.Obeyed.Name, signal: null, pinned: false,
                $"{input.By} asked for the failback")),
        };
    }

    private static Decision TakeOut(PoolState pool, PoolInput.Commanded input, BackendId id, Admin admin, TimeSpan? within) =>
        Known(pool, input, id, backend =>
        {
            var othersFit = pool.Backends.Values.Any(other => other.Id != id && other.IsFit);
            // A drain that goes on may be given another time.
            var isNew = backend.Admin != admin || (admin == Admin.Draining && within is not null && !backend.Drained);
            return (!isNew, backend.IsFit && !othersFit) switch
            {
                (true, _) => Refuse(input, $"{id} is {Words.Of(admin)} already."),
                (_, true) => Refuse(input, $"{id} is the last backend of {pool.Id} that can serve."),
                _ => Accept(new PoolEvent.BackendAdminChanged(input.At, id, admin, (admin, within) switch
                {
                    (Admin.Draining, { } time) => $"{input.By} drained {id}: it gets no new requests, and those under way have {Words.Span(time)} to finish.",
                    (Admin.Draining, null) => $"{input.By} drained {id}: it gets no new requests.",
                    _ => $"{input.By} disabled {id}: it is out of the pool.",
                })
                {
                    Until = within is { } limit ? input.At + limit : null,
                }),
            };
        });

    private static Decision Enable(PoolState pool, PoolInput.Commanded input, BackendId id) =>
        Known(pool, input, id, backend => backend.Admin == Admin.InService
            ? Refuse(input, $"{id} is in service already.")
            : Accept(new PoolEvent.BackendAdminChanged(input.At, id, Admin.InService, $"{input.By} enabled {id}: it is in service again.")));

    private static ImmutableArray<PoolEvent> Moved(PoolState pool, PoolInput.Commanded input, int tier, bool forced, bool pinned) => Choice.Change(
        pool, input, tier, ChangeKind.Switchover, Cause.Operator, pool.Obeyed.Name, signal: null, pinned,
        forced ? $"{input.By} forced the switchover" : $"{input.By} asked for the switchover", forced);

    private static PoolEvent.HoldPlaced Holding(PoolState pool, PoolInput.Commanded input, BackendState target) => new(
        input.At, $"{pool.Id} is held, because {input.By} forced it onto {target.Id}, which it would leave again at once.");

    private static Decision Known(PoolState pool, PoolInput.Commanded input, BackendId id, Func<BackendState, Decision> judge) =>
        pool.Backends.TryGetValue(id, out var backend) ? judge(backend) : Refuse(input, $"{pool.Id} has no backend {id}.");

    private static Decision Accept(ImmutableArray<PoolEvent> events) => new(events, new Reason(ReasonCode.CommandAccepted, events[^1].Sentence));

    private static Decision Accept(PoolEvent only) => Decision.Of(ReasonCode.CommandAccepted, only);

    private static Decision Refuse(PoolInput.Commanded input, string sentence) =>
        Decision.Of(ReasonCode.CommandRefused, new PoolEvent.CommandRefused(input.At, input.Command, sentence));
}
