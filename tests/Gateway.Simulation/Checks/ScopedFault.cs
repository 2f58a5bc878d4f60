using Gateway.Core;
using Gateway.Simulation.Worlds;

namespace Gateway.Simulation.Checks;

/// <summary>
/// 11. A fault is scoped: nobody is suspected or taken down with whom nothing was wrong. And it passes: once all faults are over, everybody is up, and the pool
/// returns to the tier that it prefers.
/// </summary>
internal sealed class ScopedFault(World world) : Check(world, 11)
{
    public override void Stepped(in Step step)
    {
        foreach (var happened in step.Decision.Events)
        {
            BackendId? accused = happened switch
            {
                PoolEvent.BackendSuspected e => e.Backend,
                PoolEvent.BackendWentDown e => e.Backend,
                _ => null,
            };
            if (accused is { } id)
            {
                Require(step.Ledger.Of(id).Troubled || step.Input is PoolInput.AttemptsCounted { Outcomes.Slow: > 0 }, $"{id} is accused, but nothing was wrong with it");
            }
        }
    }

    public override void Ended()
    {
        var anyHeld = false;
        foreach (var peer in World.Peers)
        {
            anyHeld |= peer.State.Held;
            foreach (var (id, backend) in peer.State.Backends)
            {
                Require(
                    backend.Admin == Admin.Disabled || (backend.Health == Health.Up && !backend.Leaving), $"all is well, but {id} is {backend.Health} ({backend.Finding})");
            }

            Require(!peer.State.Exhausted || !World.InOrder, "all is well, but the pool says that nobody can serve");
            Require(!peer.State.Held || !World.InOrder, "the pool was released and is held");
        }

        foreach (var peer in World.Peers)
        {
            var pool = peer.State;
            if (World.InOrder && !anyHeld && !pool.Pinned && pool.Tuning.Failback == FailbackMode.Automatic)
            {
                Require(
                    pool.ActiveTier == 0,
                    $"all is well for hours, but the pool did not return from {pool.Active.Name} to {pool.Definition.Tiers[0].Name} (rests until {pool.RestsUntil}, now {peer.Clock.Now})");
            }
        }
    }
}
