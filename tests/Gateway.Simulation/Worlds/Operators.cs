using Gateway.Core;
using Gateway.Simulation.Gateways;

namespace Gateway.Simulation.Worlds;

/// <summary>People who ask for this and that, in part of a verdict that is no longer there, and whoever changes the configuration.</summary>
internal sealed class Operators(World world)
{
    public void Start() => world.Agenda.After(Pause(), Ask);

    /// <summary>Somebody puts in order what the others have left.</summary>
    public void PutInOrder()
    {
        foreach (var peer in world.Peers)
        {
            foreach (var id in peer.State.Definition.Backends)
            {
                if (peer.State.Backends[id].Admin != Admin.InService)
                {
                    Command(peer, new Command.Enable(id));
                }
            }

            if (peer.State.Held || peer.State.RestsUntil is not null)
            {
                Command(peer, new Command.Release());
            }
        }
    }

    /// <summary>Once all is well, and if failback is not left to the pool.</summary>
    public void FailBack()
    {
        var peer = world.Peers[0];
        if (peer.State.ActiveTier > 0 && (peer.State.Pinned || peer.State.Tuning.Failback == FailbackMode.Manual))
        {
            Command(peer, new Command.Failback());
        }
    }

    private static Decision Command(Peer peer, Command command) =>
        peer.Take(new PoolInput.Commanded(peer.Clock.Now, peer.Traffic.Tally, command, "ops"));

    private TimeSpan Pause() => world.Scenery.ProbeInterval * (1 + (20 * world.Dice.Share()));

    private void Ask()
    {
        if (world.IsCalm)
        {
            return;
        }

        var peer = world.Peers[world.Dice.Below(world.Peers.Length)];
        if (!peer.Runs)
        {
            // Nobody answers.
        }
        else if (world.Scenery.Reconfigures && world.Dice.OneIn(4))
        {
            Configure(peer);
        }
        else
        {
            Command(peer, Any(peer.State));
        }

        world.Agenda.After(Pause(), Ask);
    }

    private void Configure(Peer peer)
    {
        var pool = peer.State.Definition;
        var definition = world.Dice.OneIn(2) ? world.Scenery.Pool(world.Dice) : pool with { Tuning = Scenery.Tuning(world.Dice) };
        peer.Take(new PoolInput.Configured(peer.Clock.Now, peer.Traffic.Tally, definition));
    }

    private Command Any(PoolState pool)
    {
        var dice = world.Dice;
        var id = dice.Pick(dice.Pick(pool.Definition.Tiers).Backends);
        Command command = dice.Below(16) switch
        {
            0 or 1 => new Command.Switchover(id, Force: dice.OneIn(2)),
            2 or 3 => new Command.Failback(),
            4 => new Command.Hold(),
            5 or 6 => new Command.Release(),
            7 => new Command.Drain(id) { Within = dice.OneIn(2) ? dice.Seconds(0, 20) : null },
            8 => new Command.Disable(id),
            15 => new Command.Reset(id),
            _ => new Command.Enable(id),
        };
        return dice.OneIn(4) ? command with { ExpectedEpoch = new Epoch(pool.Epoch.Number - dice.Below(2)) } : command;
    }
}
