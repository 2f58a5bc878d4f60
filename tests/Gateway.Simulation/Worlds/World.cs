using Gateway.Core;
using Gateway.Simulation.Checks;
using Gateway.Simulation.Gateways;

namespace Gateway.Simulation.Worlds;

/// <summary>
/// One seed: backends, gateways, a network, clients, operators, and what befalls them. A seed has a bad time of so many steps, in which anything may happen, and a good time after
/// it, in which nothing does and everything has to become well.
/// </summary>
internal sealed class World
{
    /// <summary>Inputs to cores in the bad time.</summary>
    public const int Steps = 200;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);
    private static readonly TimeSpan Recovery = TimeSpan.FromMinutes(1.5);

    // An hour of rest, and what may have to follow it.
    private static readonly TimeSpan GoodTime = TimeSpan.FromHours(2.5);

    private TimeSpan _calmSince;

    public World(long seed, Plant plant, Report report, ulong wall = 1)
    {
        (Seed, Plant, Report) = (seed, plant, report);
        (Dice, WallDice) = (Dice.Of(seed, 0), Dice.Of(seed, wall));
        Scenery = new Scenery(Dice);
        Machines = new Machine[Scenery.Machines];
        for (var index = 0; index < Machines.Length; index++)
        {
            Machines[index] = new Machine(index);
        }

        Store = Scenery.Gateways > 1 ? new AgreementStore(this) : null;
        Peers = new Peer[Scenery.Gateways];
        for (var index = 0; index < Peers.Length; index++)
        {
            Peers[index] = new Peer(this, index);
        }

        Watch = new Watch(this);
    }

    public long Seed { get; }

    public Plant Plant { get; }

    public Report Report { get; }

    public Dice Dice { get; }

    public Dice WallDice { get; }

    public Scenery Scenery { get; }

    public Agenda Agenda { get; } = new();

    public Machine[] Machines { get; }

    public Peer[] Peers { get; }

    public AgreementStore? Store { get; }

    public Watch Watch { get; }

    /// <summary>The good time has begun.</summary>
    public bool IsCalm { get; private set; }

    /// <summary>Somebody has put in order at its beginning what operators had left.</summary>
    public bool InOrder { get; private set; }

    /// <summary>A gateway has read its past by a wall clock.</summary>
    public bool Crashed { get; set; }

    /// <exception cref="BrokenException">An invariant does not hold.</exception>
    public void Run()
    {
        var operators = new Operators(this);
        Array.ForEach(Peers, peer => peer.Start());
        operators.Start();
        new Misfortune(this).Start();
        while (Watch.Steps < Steps * Peers.Length && Agenda.Next(Longest))
        {
        }

        Mend();
        InOrder = Dice.OneIn(3) is false;
        RunFor(Recovery);
        if (InOrder)
        {
            operators.PutInOrder();
            RunFor(Recovery);
            operators.FailBack();
        }

        RunFor(GoodTime);
        Watch.Ended();
    }

    public TimeSpan ProbePause() => IsCalm ? CalmPause() : Scenery.ProbeInterval * (0.8 + (0.4 * Dice.Share()));

    public TimeSpan RequestPause() => IsCalm ? 2 * CalmPause() : Scenery.RequestInterval * (0.1 + (1.8 * Dice.Share()));

    // Many steps where something may still come of them, few while only time has to pass.
    private TimeSpan CalmPause() => Agenda.Now < _calmSince + (2 * Recovery) ? TimeSpan.FromSeconds(6) : TimeSpan.FromMinutes(9);

    private void RunFor(TimeSpan time)
    {
        var end = Agenda.Now + time;
        while (Agenda.Next(end))
        {
        }
    }

    private void Mend()
    {
        (IsCalm, _calmSince) = (true, Agenda.Now);
        foreach (var machine in Machines)
        {
            machine.Become(Condition.Well, Agenda.Now);
        }

        Store?.Link.Become(cut: false, Agenda.Now);
        foreach (var peer in Peers)
        {
            Array.ForEach(peer.Links, link => link.Become(cut: false, Agenda.Now));
            peer.StoreLink.Become(cut: false, Agenda.Now);
            peer.Restart();
            Store?.Join(peer);
        }
    }
}
