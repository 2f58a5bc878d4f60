using Gateway.Core;
using Gateway.Simulation.Worlds;

namespace Gateway.Simulation.Checks;

/// <summary>
/// 15. Requests are answered, failed, or left by their clients; every transition has exactly one event with a cause, and the figures of a change can be true.
/// That another wall clock changes nothing is seen by running a seed again with one.
/// </summary>
internal sealed class EverythingAddsUp(World world) : Check(world, 15)
{
    public override void Stepped(in Step step)
    {
        Require(step.Peer.Traffic.AddsUp, "requests do not add up");
        Require(step.Decision.Reason.Sentence.Length > 0, "a decision has no reason");
        var verdicts = 0;
        var configured = false;
        foreach (var happened in step.Decision.Events)
        {
            verdicts += happened is PoolEvent.ActiveChanged ? 1 : 0;
            configured |= happened is PoolEvent.PoolConfigured;
            Require(happened.IsQuiet || happened.Sentence.EndsWith('.'), $"{happened.GetType().Name} has no whole sentence");
            if (happened is PoolEvent.ChangeMeasured measured)
            {
                Measured(measured);
            }
        }

        Require(verdicts <= 1, "one input moved the pool more than once");
        Require(configured || verdicts == 1 || step.Before.ActiveTier == step.After.ActiveTier, "the active tier changed without a verdict");
        Require(configured || (verdicts == 1) == (step.Before.Epoch != step.After.Epoch), "the epoch and the verdict do not go together");
        if (!configured)
        {
            Transitions(step);
        }

        if (step.Decision.Events.Any(happened => !happened.IsQuiet))
        {
            foreach (var broken in Invariants.Broken(step.After).Concat(Invariants.Broken(step.Before, step.Decision, step.After)))
            {
                Break(Number, broken);
            }
        }
    }

    private void Transitions(in Step step)
    {
        if (ReferenceEquals(step.Before.Backends, step.After.Backends))
        {
            return;
        }

        foreach (var (id, after) in step.After.Backends)
        {
            var before = step.Before.Backends[id];
            if (ReferenceEquals(before, after))
            {
                continue;
            }

            var told = 0;
            foreach (var happened in step.Decision.Events)
            {
                told += Tells(happened, id) ? 1 : 0;
            }

            var changes = (before.Health != after.Health ? 1 : 0) + (before.Admin != after.Admin ? 1 : 0) + (before.Leaving != after.Leaving ? 1 : 0);
            Require(changes <= told && told <= 2, $"{id} changed {changes} times in one step, and {told} events tell of it");
            Require(before.Ejected == after.Ejected || told > 0, $"the ejection of {id} changed, and no event tells of it");
        }
    }

    private static bool Tells(PoolEvent happened, BackendId id) => happened switch
    {
        PoolEvent.BackendSuspected e => e.Backend == id,
        PoolEvent.BackendCleared e => e.Backend == id,
        PoolEvent.BackendWentDown e => e.Backend == id,
        PoolEvent.BackendOnTrial e => e.Backend == id,
        PoolEvent.TrialsLapsed e => e.Backend == id,
        PoolEvent.BackendCameUp e => e.Backend == id,
        PoolEvent.BackendAdminChanged e => e.Backend == id,
        PoolEvent.BackendDrained e => e.Backend == id,
        PoolEvent.BackendLeaving e => e.Backend == id,
        PoolEvent.BackendStays e => e.Backend == id,
        PoolEvent.BackendReset e => e.Backend == id,
        _ => false,
    };

    private void Measured(PoolEvent.ChangeMeasured e)
    {
        Require(e.Detection is not { } detection || detection >= TimeSpan.Zero, $"the verdict of epoch {e.Epoch} came {e.Detection} after its first signal");
        Require(e.Detection is not { } long_ || long_ < TimeSpan.FromDays(2), $"the verdict of epoch {e.Epoch} came {e.Detection} after its first signal");
        Require(e.Failover is not { } failover || failover >= TimeSpan.Zero, $"the first answer of epoch {e.Epoch} came {e.Failover} after its verdict");
        var cost = e.Cost;
        Require(
            cost is { Requests: >= 0, Failed: >= 0, Rescued: >= 0 } && cost.Failed <= cost.Requests,
            $"the change of epoch {e.Epoch} cost {cost.Requests} requests, of which {cost.Failed} failed and {cost.Rescued} were rescued");
    }
}
