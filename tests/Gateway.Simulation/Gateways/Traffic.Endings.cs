using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Simulation.Worlds;

namespace Gateway.Simulation.Gateways;

/// <summary>What the ends of attempts come to.</summary>
internal sealed partial class Traffic
{
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

        var backend = peer.State.Backends.GetValueOrDefault(Scenery.Id(machine));
        if (lane.InFlight == 0 && backend is { Admin: Admin.Draining, Drained: false })
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
