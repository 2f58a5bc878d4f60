using Gateway.Core;
using Gateway.Simulation.Worlds;

namespace Gateway.Simulation.Checks;

/// <summary>
/// 13. A minority, or the store being away, never changes the verdict and never stops local serving (which 10 checks at every step); after healing all
/// converge.
/// </summary>
internal sealed class NobodyAlone(World world) : Check(world, 13)
{
    public override void Stepped(in Step step)
    {
        if (World.Store is not { } store)
        {
            return;
        }

        if (step.Before.ActiveTier != step.After.ActiveTier || step.Before.Epoch != step.After.Epoch)
        {
            Require(
                step.Input is PoolInput.VerdictLearned learned && store.Find(learned.Revision) is { } agreed
                && agreed.ToBackends.SequenceEqual(step.After.Active.Backends) && agreed.Epoch == step.After.Epoch,
                $"gateway {step.Peer.Index + 1} moved the pool to {step.After.Active.Name}, on which nobody has agreed");
        }
    }

    public override void Ended()
    {
        if (World.Store is not { } store)
        {
            return;
        }

        var first = World.Peers[0].State;
        foreach (var peer in World.Peers)
        {
            var pool = peer.State;
            Require(
                pool.Revision == store.Revision && pool.Epoch == first.Epoch && pool.Active.Name == first.Active.Name,
                $"all can talk for hours, but gateway {peer.Index + 1} follows revision {pool.Revision} of {store.Revision}, {pool.Active.Name} instead of {first.Active.Name}");
        }
    }
}
