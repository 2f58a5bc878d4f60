using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Core.Judging;
using Gateway.Simulation.Worlds;

namespace Gateway.Simulation.Gateways;

/// <summary>
/// Clients' requests: each goes where the ranking says, is repeated elsewhere where that is allowed, and what its attempts come to is told the core as
/// the gateway's data path does.
/// </summary>
internal sealed class Traffic(World world, Peer peer)
{
    private const int MostAttempts = 3;

    private Lane[] _lanes = Lanes();
    private (long Begun, long Ok, long Failed, long Left, long Rescued) _counts;
    private long _underWay;

    public Tally Tally => new(_counts.Ok + _counts.Failed + _counts.Left, _counts.Failed, _counts.Rescued);

    /// <summary>Requests are answered, failed, left by their clients, or under way.</summary>
    public bool AddsUp => _counts.Begun == _counts.Ok + _counts.Failed + _counts.Left + _underWay;

    public void Start()
    {
        var life = peer.Life;
        world.Agenda.After(world.RequestPause(), () => Arrive(life));
    }

    public void Crash()
    {
        _counts.Left += _underWay;
        (_underWay, _lanes) = (0, Lanes());
    }

    public void EndStreak(BackendId id) => _lanes[Scenery.Machine(id)].Streak = 0;

    /// <summary>Who has left the pool, and comes back, is another.</summary>
    public void Forget(PoolDefinition definition)
    {
        for (var machine = 0; machine < _lanes.Length; machine++)
        {
            if (definition.FindTier([Scenery.Id(machine)]) < 0)
            {
                _lanes[machine] = new Lane { InFlight = _lanes[machine].InFlight };
            }
        }
    }

    public void NoteIfEmpty(BackendId id)
    {
        var (life, machine) = (peer.Life, Scenery.Machine(id));
        world.Agenda.After(world.Dice.Milliseconds(1, 20), () =>
        {
            if (life == peer.Life && _lanes[machine].InFlight == 0 && !world.Dice.OneIn(3))
            {
                peer.Take(new PoolInput.Emptied(peer.Clock.Now, Tally, id));
            }
        });
    }

    private static Lane[] Lanes()
    {
        var lanes = new Lane[Scenery.Machines];
        for (var machine = 0; machine < lanes.Length; machine++)
        {
            lanes[machine] = new Lane();
        }

        return lanes;
    }

    private void Arrive(int life)
    {
        if (life != peer.Life)
        {
            return;
        }

        _counts.Begun++;
        _underWay++;
        Send(new Request { Safe = !world.Dice.OneIn(5), Poison = !world.IsCalm && world.Dice.OneIn(30), Leaves = !world.IsCalm && world.Dice.OneIn(12) });
        world.Agenda.After(world.RequestPause(), () => Arrive(life));
    }

    private void Send(Request request)
    {
        world.Watch.Asked(peer);
        if (Choose(request) is { } machine)
        {
            Attempt(request, machine);
        }
        else
        {
            End(request, ok: false);
        }
    }

    private int? Choose(Request request)
    {
        var pool = peer.State;
        if (request is { Safe: true, Attempts: 0 } && OnTrial(pool) is { } tried)
        {
            return tried;
        }

        if (request.Attempts == 0)
        {
            var (next, share) = Ranking.SpillOver(pool);
            var among = share > 0 && world.Dice.Share() < share ? next : Ranking.Serving(pool);
            return among.IsEmpty ? null : Scenery.Machine(world.Dice.Pick(among));
        }

        foreach (var id in Ranking.Candidates(pool))
        {
            var machine = Scenery.Machine(id);
            if ((request.Tried & (1 << machine)) == 0)
            {
                return machine;
            }
        }

        return null;
    }

    private int? OnTrial(PoolState pool)
    {
        foreach (var (id, backend) in pool.Backends)
        {
            if (backend is { OnTrial: true, Ejection.Lapsed: false, Admin: Admin.InService, Leaving: false } && world.Dice.OneIn(3))
            {
                return Scenery.Machine(id);
            }
        }

        return null;
    }

    private void Attempt(Request request, int machine)
    {
        request.Attempts++;
        request.Tried |= 1 << machine;
        _lanes[machine].InFlight++;
        var (ending, takes) = Foresee(request, machine);
        var (life, late) = (peer.Life, world.Scenery.SilentAfter);
        if (takes > late)
        {
            world.Agenda.After(late, () => BeSilent(request, machine, life));
        }

        world.Agenda.After(takes, () => End(request, machine, life, ending));
    }

    private (Ending Ending, TimeSpan Takes) Foresee(Request request, int machine)
    {
        var (scenery, dice) = (world.Scenery, world.Dice);
        var quick = dice.Milliseconds(1, 5);
        var late = (2 * scenery.SilentAfter) + quick;
        var (ending, takes) = (peer.Links[machine].Cut, world.Machines[machine].Condition) switch
        {
            (true, _) => (Ending.Unreachable, TimeSpan.FromMilliseconds(100)),
            (_, Condition.Dead) => (Ending.Refused, quick),
            (_, Condition.Hung) => (Ending.NoAnswer, scenery.AttemptTimeout),
            (_, Condition.Erring or Condition.Gray) => (dice.OneIn(4) ? Ending.BrokenOff : Ending.BadStatus, quick),
            (_, Condition.Flaky) when dice.OneIn(2) => (Ending.BadStatus, quick),
            _ when request.Poison => (Ending.BadStatus, quick),
            (_, Condition.Slow) => (Ending.AnsweredLate, late),
            _ => (Ending.Answered, quick),
        };
        if (request.Leaves && takes > quick)
        {
            return (Ending.Left, takes < late ? takes : late);
        }

        return request.Leaves ? (Ending.Left, quick) : (ending, takes);
    }

    /// <summary>An attempt crosses the time that answers usually take. A hedge may show what others would have answered.</summary>
    private void BeSilent(Request request, int machine, int life)
    {
        if (life != peer.Life)
        {
            return;
        }

        var (lane, now) = (_lanes[machine], peer.Clock.Now);
        if (request.Safe && !request.Over && world.Dice.OneIn(2) && Hedge(machine) is { } other)
        {
            _lanes[other].LastInTime = now;
            Settle(request);
            request.Over = true;
            _underWay--;
            _counts.Ok++;
        }

        lane.Silent++;
        world.Watch.Trouble(peer, machine);
        var since = lane.LastInTime ?? peer.Clock.At(peer.StartedAt);
        peer.Take(new PoolInput.AttemptSilent(now, Tally, Scenery.Id(machine), "orders", lane.Silent, since, OthersAnswer(machine, now)));
    }

    private int? Hedge(int machine)
    {
        foreach (var id in Ranking.Candidates(peer.State))
        {
            var other = Scenery.Machine(id);
            if (other != machine && !peer.Links[other].Cut && world.Machines[other].Condition is Condition.Well or Condition.Leaving)
            {
                return other;
            }
        }

        return null;
    }

    private bool OthersAnswer(int machine, Instant now)
    {
        for (var other = 0; other < _lanes.Length; other++)
        {
            if (other != machine && _lanes[other].LastInTime is { } last && now - last < TimeSpan.FromSeconds(1))
            {
                return true;
            }
        }

        return false;
    }

    private void End(Request request, int machine, int life, Ending ending)
    {
        if (life != peer.Life)
        {
            return;
        }

        var lane = _lanes[machine];
        lane.InFlight--;
        if (request.Over)
        {
            // Another attempt has overtaken it, which says nothing of this one.
        }
        else if (ending == Ending.Left && !world.Plant.CountsAborts)
        {
            Leave(request);
        }
        else if (ending is Ending.Answered or Ending.AnsweredLate)
        {
            Answer(request, machine, ending == Ending.Answered);
        }
        else
        {
            Fail(request, machine, ending);
        }

        if (lane.InFlight == 0 && peer.State.Backends.TryGetValue(Scenery.Id(machine), out var backend) && backend is { Admin: Admin.Draining, Drained: false })
        {
            peer.Take(new PoolInput.Emptied(peer.Clock.Now, Tally, backend.Id));
        }
    }

    private void Answer(Request request, int machine, bool inTime)
    {
        var (lane, now, id) = (_lanes[machine], peer.Clock.Now, Scenery.Id(machine));
        lane.Streak = 0;
        lane.Count(now, failed: false, slow: !inTime);
        world.Watch.Answered(peer, machine);
        Settle(request);
        _counts.Rescued += request.Attempts > 1 ? 1 : 0;
        End(request, ok: true);
        if (inTime)
        {
            (lane.LastInTime, var silent, lane.Silent) = (now, lane.Silent, 0);
            if (silent > 0)
            {
                peer.Take(new PoolInput.AnswersResumed(now, Tally, id));
            }
        }
        else
        {
            Tell(machine);
        }

        if (peer.State.Backends.TryGetValue(id, out var backend) && backend.Health == Health.Down)
        {
            peer.Take(new PoolInput.AttemptSucceeded(now, Tally, id));
        }

        if (peer.State.Window is { FirstAnswerAt: null } window && peer.State.Active.Backends.Contains(id))
        {
            var epoch = world.Dice.OneIn(10) ? new Epoch(window.Epoch.Number - 1) : window.Epoch;
            peer.Take(new PoolInput.FirstAnswered(now, Tally, epoch));
        }
    }

    private void Fail(Request request, int machine, Ending ending)
    {
        var fault = ending switch
        {
            Ending.Refused => new Fault(FaultKind.Connect, "connection refused"),
            Ending.Unreachable => new Fault(FaultKind.Connect, "no connection in time"),
            Ending.BrokenOff => new Fault(FaultKind.Broken, "answer broke off"),
            Ending.BadStatus => new Fault(FaultKind.Status, "answered 500"),
            _ => new Fault(FaultKind.Timeout, "no answer in time"),
        };
        var poison = request.PoisonFault ?? (request.Open is { } open && AttemptPlan.IsPoison(open.Fault, fault) ? open.Fault : null);
        if (poison is not null && AttemptPlan.IsPoison(poison, fault))
        {
            (request.PoisonFault, request.Open) = (poison, null);
            world.Report.Poisoned++;
        }
        else
        {
            Settle(request);
            request.Open = (machine, fault, ending != Ending.Left);
        }

        if (ending == Ending.Refused && world.Dice.OneIn(3))
        {
            // The connection watch asks every address of the backend.
            world.Watch.Trouble(peer, machine);
            peer.Take(new PoolInput.ConnectionRefused(peer.Clock.Now, Tally, Scenery.Id(machine), fault));
        }

        if (request.Attempts < MostAttempts && (request.Safe || fault.Kind == FaultKind.Connect))
        {
            Send(request);
        }
        else
        {
            Settle(request);
            End(request, ok: false);
        }
    }

    private void Settle(Request request)
    {
        if (request.Open is not { } open)
        {
            return;
        }

        request.Open = null;
        var lane = _lanes[open.Machine];
        lane.Streak++;
        lane.Count(peer.Clock.Now, failed: true, slow: false);
        if (open.Counts)
        {
            world.Watch.Failed(peer, open.Machine);
        }

        peer.Take(new PoolInput.AttemptFailed(peer.Clock.Now, Tally, Scenery.Id(open.Machine), open.Fault, lane.Streak));
        Tell(open.Machine);
    }

    private void Tell(int machine)
    {
        if (world.Dice.OneIn(3))
        {
            peer.Take(new PoolInput.AttemptsCounted(peer.Clock.Now, Tally, Scenery.Id(machine), _lanes[machine].Outcomes(peer.Clock.Now)));
        }
    }

    private void Leave(Request request)
    {
        world.Report.Left++;
        Settle(request);
        request.Over = true;
        _underWay--;
        _counts.Left++;
    }

    private void End(Request request, bool ok)
    {
        request.Over = true;
        _underWay--;
        _counts.Ok += ok ? 1 : 0;
        _counts.Failed += ok ? 0 : 1;
    }
}
