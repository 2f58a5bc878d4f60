using Gateway.Core;
using Gateway.Simulation.Worlds;

namespace Gateway.Simulation.Gateways;

/// <summary>One loop a backend, at its interval, with jitter. Some probes are lost on the way, which nobody can tell from a failed one.</summary>
internal sealed class Probes(World world, Peer peer)
{
    private const int LostOneIn = 60;

    private static readonly ProbeOutcome.Failed Refused = new(new Fault(FaultKind.Connect, "connection refused"));
    private static readonly ProbeOutcome.Failed Silent = new(new Fault(FaultKind.Timeout, "no answer in time"));
    private static readonly ProbeOutcome.Failed BadStatus = new(new Fault(FaultKind.Status, "answered 500"));
    private static readonly ProbeOutcome.Draining Leaving = new("answered 503 with a wish to drain");

    private readonly int[] _loops = new int[Scenery.Machines];

    /// <summary>Probes whom the pool has and nobody probes yet.</summary>
    public void Start()
    {
        foreach (var id in peer.State.Definition.Backends)
        {
            var machine = Scenery.Machine(id);
            if (_loops[machine] != peer.Life + 1)
            {
                _loops[machine] = peer.Life + 1;
                Begin(machine, peer.Life, world.Dice.Between(TimeSpan.Zero, world.Scenery.ProbeInterval));
            }
        }
    }

    private void Begin(int machine, int life, TimeSpan wait) => world.Agenda.After(wait, () => Send(machine, life));

    private void Send(int machine, int life)
    {
        if (life != peer.Life)
        {
            return;
        }

        if (!peer.State.Backends.ContainsKey(Scenery.Id(machine)))
        {
            _loops[machine] = 0;
            return;
        }

        var (outcome, takes) = Outcome(machine);
        world.Agenda.After(takes, () => End(machine, life, outcome));
    }

    private void End(int machine, int life, ProbeOutcome outcome)
    {
        if (life != peer.Life)
        {
            return;
        }

        if (outcome is ProbeOutcome.Failed)
        {
            world.Watch.Trouble(peer, machine);
        }

        peer.Take(new PoolInput.ProbeCompleted(peer.Clock.Now, peer.Traffic.Tally, Scenery.Id(machine), outcome));
        Begin(machine, life, world.ProbePause());
    }

    private (ProbeOutcome Outcome, TimeSpan Takes) Outcome(int machine)
    {
        var quick = world.Dice.Milliseconds(1, 5);
        if (peer.Links[machine].Cut || (!world.IsCalm && world.Dice.OneIn(LostOneIn)))
        {
            return (Silent, world.Scenery.ProbeTimeout);
        }

        return world.Machines[machine].Condition switch
        {
            Condition.Dead => (Refused, quick),
            Condition.Hung => (Silent, world.Scenery.ProbeTimeout),
            Condition.Erring => (BadStatus, quick),
            Condition.Leaving => (Leaving, quick),
            _ => (ProbeOutcome.Passed.Instance, quick),
        };
    }
}
