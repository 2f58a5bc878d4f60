using Gateway.Core;
using Gateway.Simulation.Worlds;

namespace Gateway.Simulation.Gateways;

/// <summary>A gateway: the real core, and around it as little of an engine as it needs. Everything in one thread, one input after the other.</summary>
internal sealed class Peer
{
    private static readonly TimeSpan TimerError = TimeSpan.FromMilliseconds(1);

    private readonly World _world;
    private Instant? _timer;

    public Peer(World world, int index)
    {
        (_world, Index) = (world, index);
        Clock = new PeerClock(world.Agenda, world.Dice, world.WallDice);
        Clock.Restart();
        State = PoolState.Create(world.Scenery.Definition, Clock.Now);
        Links = new Link[Scenery.Machines];
        for (var machine = 0; machine < Links.Length; machine++)
        {
            Links[machine] = new Link();
        }

        Traffic = new Traffic(world, this);
        Probes = new Probes(world, this);
    }

    public int Index { get; }

    public PeerClock Clock { get; }

    public PoolState State { get; private set; }

    public Disk Disk { get; } = new();

    public Traffic Traffic { get; }

    public Probes Probes { get; }

    public Link[] Links { get; }

    public Link StoreLink { get; } = new();

    public bool Runs { get; private set; } = true;

    /// <summary>Which process this is; what an earlier one has begun is nothing to it.</summary>
    public int Life { get; private set; }

    public TimeSpan StartedAt { get; private set; }

    public void Start()
    {
        _world.Watch.Started(this);
        Probes.Start();
        Traffic.Start();
    }

    public Decision Take(PoolInput input)
    {
        Clock.FollowWall();
        var before = State;
        var decision = _world.Plant.Decide(before, input);
        var after = before;
        foreach (var happened in decision.Events)
        {
            after = Applier.Apply(after, happened);
            if (!happened.IsQuiet)
            {
                Disk.Write(happened, Clock, after);
            }
        }

        State = after;
        _world.Watch.Stepped(this, before, input, decision);
        React(decision);
        return decision;
    }

    /// <summary>Everything in memory is lost, and perhaps the last lines of the journal.</summary>
    public void Crash(int tornLines)
    {
        Runs = false;
        Life++;
        Traffic.Crash();
        _world.Watch.Crashed(this, Disk.Tear(tornLines));
    }

    public void Restart()
    {
        if (Runs)
        {
            return;
        }

        Clock.Restart();
        State = Disk.Restore(State.Definition, Clock, _world.Plant);
        (Runs, StartedAt, _timer) = (true, _world.Agenda.Now, null);
        _world.Watch.Restarted(this);
        Probes.Start();
        Traffic.Start();
        _world.Store?.Join(this);
        SetTimer();
    }

    public void SetWall() => Clock.SetWall();

    private void React(Decision decision)
    {
        foreach (var happened in decision.Events)
        {
            switch (happened)
            {
                case PoolEvent.BackendCameUp e:
                    Traffic.EndStreak(e.Backend);
                    break;
                case PoolEvent.BackendReset e:
                    Traffic.EndStreak(e.Backend);
                    break;
                case PoolEvent.BackendAdminChanged { Admin: Admin.Draining } e:
                    Traffic.NoteIfEmpty(e.Backend);
                    break;
                case PoolEvent.PoolConfigured e:
                    Traffic.Forget(e.Definition);
                    Probes.Start();
                    break;
            }
        }

        if (decision.Proposal is { } proposal)
        {
            _world.Store?.Propose(this, proposal);
        }

        SetTimer();
    }

    private void SetTimer()
    {
        var due = Timers.NextDue(State);
        if (due == _timer)
        {
            return;
        }

        _timer = due;
        if (due is { } at)
        {
            var life = Life;
            _world.Agenda.After(Clock.Until(at) + TimerError, () => Ring(life, at));
        }
    }

    private void Ring(int life, Instant at)
    {
        if (life != Life || _timer != at)
        {
            return;
        }

        _timer = null;
        if (Timers.NextDue(State) <= Clock.Now)
        {
            Take(new PoolInput.Ticked(Clock.Now, Traffic.Tally));
        }
        else
        {
            SetTimer();
        }
    }
}
