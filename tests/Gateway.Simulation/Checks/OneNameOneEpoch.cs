using Gateway.Core;
using Gateway.Simulation.Gateways;
using Gateway.Simulation.Worlds;

namespace Gateway.Simulation.Checks;

/// <summary>12. For one epoch, every gateway that knows it names the same active tier; applied revisions never go back.</summary>
internal sealed class OneNameOneEpoch(World world) : Check(world, 12)
{
    private readonly Dictionary<long, string> _names = [];
    private readonly (long Epoch, long Revision)[] _last = new (long Epoch, long Revision)[world.Peers.Length];

    public override void Stepped(in Step step)
    {
        ref var last = ref _last[step.Peer.Index];
        Require(step.After.Epoch.Number >= last.Epoch, $"the epoch went back from {last.Epoch} to {step.After.Epoch}");
        Require(step.After.Revision >= last.Revision, $"the revision went back from {last.Revision} to {step.After.Revision}");
        last = (step.After.Epoch.Number, step.After.Revision);
        if (_names.TryGetValue(last.Epoch, out var name))
        {
            Require(name == step.After.Active.Name, $"epoch {last.Epoch} named {name}, and names {step.After.Active.Name} at gateway {step.Peer.Index + 1}");
        }
        else
        {
            _names.Add(last.Epoch, step.After.Active.Name);
        }
    }

    /// <summary>What was not written has not happened, for a gateway that decides alone.</summary>
    public override void Restarted(Peer peer, Ledger ledger)
    {
        _last[peer.Index] = (peer.State.Epoch.Number, peer.State.Revision);
        if (World.Store is null)
        {
            for (var lost = peer.State.Epoch.Number + 1; _names.Remove(lost); lost++)
            {
            }
        }
    }
}
