using Gateway.Core;
using Gateway.Simulation.Gateways;
using Gateway.Simulation.Worlds;

namespace Gateway.Simulation.Checks;

/// <summary>Looks on at everything that gateways do, and has every invariant checked after every step.</summary>
internal sealed class Watch
{
    private readonly World _world;
    private readonly Ledger[] _ledgers;
    private readonly Check[] _checks;

    public Watch(World world)
    {
        _world = world;
        _ledgers = new Ledger[world.Peers.Length];
        for (var index = 0; index < _ledgers.Length; index++)
        {
            _ledgers[index] = new Ledger();
        }

        _checks =
        [
            new LeftInTime(world), new RestfulPool(world), new FairVerdict(world), new SomebodyServes(world), new ScopedFault(world),
            new OneNameOneEpoch(world), new NobodyAlone(world), new SameAfterCrash(world), new EverythingAddsUp(world),
        ];
    }

    public int Steps { get; private set; }

    /// <summary>Of everything that happened; two runs that differ in nothing have the same.</summary>
    public ulong Digest { get; private set; }

    public void Started(Peer peer) => Of(peer).Begin(peer.State);

    public void Stepped(Peer peer, PoolState before, PoolInput input, Decision decision)
    {
        Steps++;
        var ledger = Of(peer);
        ledger.Count(input);
        _world.Report.Count(input, decision);
        _world.Report.Tell(_world, peer, input, decision);
        Add((ulong)input.At.Ticks);
        Add(((ulong)decision.Reason.Code << 32) | ((ulong)decision.Events.Length << 16) | (ulong)peer.State.Epoch.Number);
        var step = new Step(peer, ledger, before, input, decision, peer.State);
        foreach (var check in _checks)
        {
            check.Stepped(step);
        }

        foreach (var happened in decision.Events)
        {
            ledger.Note(happened, peer.State);
        }
    }

    public void Crashed(Peer peer, Line? last)
    {
        _world.Crashed = true;
        foreach (var check in _checks)
        {
            check.Crashed(peer, last);
        }
    }

    public void Restarted(Peer peer)
    {
        Of(peer).Begin(peer.State);
        foreach (var check in _checks)
        {
            check.Restarted(peer, Of(peer));
        }
    }

    public void Ended()
    {
        foreach (var check in _checks)
        {
            check.Ended();
        }
    }

    /// <summary>Something really went wrong between a gateway and a backend.</summary>
    public void Trouble(Peer peer, int machine) => Of(peer).Backends[machine].Troubled = true;

    /// <summary>An attempt failed that is to be held against its backend.</summary>
    public void Failed(Peer peer, int machine)
    {
        Of(peer).Backends[machine].FailedRow++;
        Trouble(peer, machine);
    }

    public void Answered(Peer peer, int machine) => Of(peer).Backends[machine].FailedRow = 0;

    /// <summary>A request is about to be sent somewhere.</summary>
    public void Asked(Peer peer) => _world.Report.CountServing(peer.State, peer.Clock.Now);

    private Ledger Of(Peer peer) => _ledgers[peer.Index];

    private void Add(ulong value) => Digest = unchecked(((Digest ^ value) * 0x9E3779B97F4A7C15) ^ (Digest >> 29));
}
