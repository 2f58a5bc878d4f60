using Gateway.Core;
using Gateway.Simulation.Gateways;

namespace Gateway.Simulation.Worlds;

/// <summary>
/// A store that compares and swaps, as etcd does: a verdict is agreed on if its proposer knew the latest one. What is agreed on reaches the gateways
/// late, twice, in the wrong order, or only when they ask again; proposals are lost on the way, and a proposer never learns whether its own took effect but
/// by watching.
/// </summary>
internal sealed class AgreementStore(World world)
{
    private const int LostOneIn = 10;

    private readonly List<PoolEvent.ActiveChanged> _agreed = [];

    public long Revision => _agreed.Count;

    /// <summary>Cut for everybody.</summary>
    public Link Link { get; } = new();

    /// <summary>What was agreed on under a revision.</summary>
    public PoolEvent.ActiveChanged? Find(long revision) => revision >= 1 && revision <= _agreed.Count ? _agreed[(int)revision - 1] : null;

    public bool Reaches(Peer peer) => peer.Runs && !Link.Cut && !peer.StoreLink.Cut;

    public void Propose(Peer peer, Proposal proposal)
    {
        world.Report.Proposals++;
        if (!Reaches(peer) || (!world.IsCalm && world.Dice.OneIn(LostOneIn)))
        {
            return;
        }

        world.Agenda.After(world.Dice.Milliseconds(1, 200), () => Compare(proposal));
    }

    /// <summary>A gateway that starts, or can reach the store again, reads what it has missed: all of it, or only the latest.</summary>
    public void Join(Peer peer)
    {
        var first = world.Dice.OneIn(2) ? 1 : Math.Max(1, Revision);
        for (var revision = first; revision <= Revision; revision++)
        {
            Send(peer, revision, world.Dice.Milliseconds(1, 50));
        }
    }

    private void Compare(Proposal proposal)
    {
        if (Link.Cut || proposal.ExpectedRevision != Revision)
        {
            return;
        }

        _agreed.Add(proposal.Verdict);
        foreach (var peer in world.Peers)
        {
            var slow = world.Dice.OneIn(8) && !world.IsCalm;
            Send(peer, Revision, world.Dice.Milliseconds(1, slow ? 3000 : 100));
            if (world.Dice.OneIn(10))
            {
                Send(peer, Revision, world.Dice.Milliseconds(1, 1000));
            }
        }
    }

    private void Send(Peer peer, long revision, TimeSpan takes)
    {
        var life = peer.Life;
        world.Agenda.After(takes, () =>
        {
            if (life == peer.Life && Reaches(peer))
            {
                peer.Take(new PoolInput.VerdictLearned(peer.Clock.Now, peer.Traffic.Tally, revision, _agreed[(int)revision - 1]));
            }
        });
    }
}
