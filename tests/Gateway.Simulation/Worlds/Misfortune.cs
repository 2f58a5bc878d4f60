using Gateway.Core;
using Gateway.Simulation.Gateways;

namespace Gateway.Simulation.Worlds;

/// <summary>Faults: one after the other and several at once, each with an end.</summary>
internal sealed class Misfortune(World world)
{
    private const int MostTurns = 12;

    public void Start() => world.Agenda.After(Pause(), Strike);

    private TimeSpan Pause() => world.Scenery.ProbeInterval * (0.5 + (6 * world.Dice.Share()));

    // Long enough to be noticed in most cases, and sometimes too short.
    private TimeSpan Lasts() => world.Scenery.ProbeInterval * (world.Dice.OneIn(4) ? 60 * world.Dice.Share() : 12 * world.Dice.Share());

    private void Strike()
    {
        if (world.IsCalm)
        {
            return;
        }

        var shared = world.Store is not null;
        switch (world.Dice.Below(shared ? 20 : 16))
        {
            case < 8:
                Break(Anybody(), AnyCondition(), Lasts());
                break;
            case < 11:
                Flap(Anybody(), AnyCondition(), world.Scenery.ProbeInterval * (0.3 + (8 * world.Dice.Share())), world.Dice.Between(4, MostTurns));
                break;
            case < 13:
                Cut(AnyPeer().Links[Anybody().Index], () => { }, "link");
                break;
            case < 14:
                Set(AnyPeer());
                break;
            case < 16:
                Crash(AnyPeer());
                break;
            case < 18:
                var cutOff = AnyPeer();
                Cut(cutOff.StoreLink, () => world.Store!.Join(cutOff), "store link");
                break;
            default:
                Cut(world.Store!.Link, () => Array.ForEach(world.Peers, world.Store.Join), "store");
                break;
        }

        world.Agenda.After(Pause(), Strike);
    }

    private Machine Anybody()
    {
        // Mostly somebody that the verdict names: what breaks elsewhere moves little.
        var pool = world.Peers[0].State;
        return world.Dice.OneIn(2)
            ? world.Machines[Scenery.Machine(world.Dice.Pick(pool.Active.Backends))]
            : world.Machines[Scenery.Machine(world.Dice.Pick(world.Dice.Pick(pool.Definition.Tiers).Backends))];
    }

    private Peer AnyPeer() => world.Peers[world.Dice.Below(world.Peers.Length)];

    private Condition AnyCondition() => (Condition)world.Dice.Between((int)Condition.Dead, (int)Condition.Leaving);

    private void Break(Machine machine, Condition condition, TimeSpan lasts)
    {
        world.Report.Fault(condition.ToString());
        var turn = machine.Become(condition, world.Agenda.Now);
        world.Agenda.After(lasts, () =>
        {
            if (turn == machine.Turn)
            {
                machine.Become(Condition.Well, world.Agenda.Now);
            }
        });
    }

    private void Flap(Machine machine, Condition condition, TimeSpan half, int turns)
    {
        if (turns <= 0 || world.IsCalm)
        {
            return;
        }

        Break(machine, condition, half);
        world.Agenda.After(2 * half, () => Flap(machine, condition, half, turns - 1));
    }

    private void Cut(Link link, Action mended, string what)
    {
        world.Report.Fault($"{what} cut");
        var turn = link.Become(cut: true, world.Agenda.Now);
        world.Agenda.After(Lasts(), () =>
        {
            if (turn == link.Turn)
            {
                link.Become(cut: false, world.Agenda.Now);
                mended();
            }
        });
    }

    private void Set(Peer peer)
    {
        world.Report.Fault("wall clock set");
        peer.SetWall();
    }

    private void Crash(Peer peer)
    {
        if (!peer.Runs || world.Scenery.Reconfigures)
        {
            return;
        }

        world.Report.Fault("gateway crashed");
        peer.Crash(world.Dice.OneIn(2) ? 0 : world.Dice.Between(1, 3));
        world.Agenda.After(Lasts(), peer.Restart);
    }
}
