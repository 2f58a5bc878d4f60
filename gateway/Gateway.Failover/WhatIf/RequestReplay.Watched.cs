using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Failover.Attempts;
using Gateway.Failover.Engine;

namespace Gateway.Failover.WhatIf;

/// <summary>What only time can tell of requests: attempts that are silent for too long, hedges, waiting, and what the seconds add up to.</summary>
internal sealed partial class RequestReplay
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private bool _awake;

    /// <summary>Some may take requests again: whoever waits tries, in the order of coming.</summary>
    public void Release()
    {
        var waiting = _held;
        _held = [];
        foreach (var request in waiting.Where(request => request is { IsOver: false, IsHeld: true }))
        {
            _agenda.Next(() => TryHeld(request));
        }
    }

    /// <summary>A second is over.</summary>
    public void EachSecond()
    {
        _pool.Budget.Read();
        _route.Learn(_pool.Setup.Options.Hedging, _pool.Setup.Options.Judging.Stall);
        foreach (var id in _pool.Setup.Definition.Backends)
        {
            var (backend, judging) = (_pool.Members[id.Value], _pool.Setup.Options.Judging);
            var outcomes = backend.Outcomes.Read(backend, _agenda.Now, judging.RatioWindow);
            if (outcomes.Attempts >= judging.RatioAttempts && (outcomes.Failed > 0 || outcomes.Slow > 0))
            {
                _pool.Take(new PoolInput.AttemptsCounted(_agenda.Now, _pool.Tally, id, outcomes));
            }
        }
    }

    // The gateway has been running for long when a trace begins: its budget is full, and it knows what is usual.
    private void WarmUp(Traffic traffic)
    {
        for (var second = 0; second < RetryBudget.SavedFor.TotalSeconds; second++)
        {
            for (var request = 0; request < (int)traffic.RequestsPerSecond; request++)
            {
                _pool.Counters.Count(RequestEnd.Ok);
            }

            _pool.Budget.Read();
        }

        if (traffic.RequestsPerSecond > 0)
        {
            foreach (var id in _pool.View.ActiveBackends)
            {
                var lane = _route.LaneOf(_pool.Members[id]);
                for (var sample = 0; sample < _pool.Setup.Options.Judging.Stall.MinSamples; sample++)
                {
                    lane.Answered(traffic.UsualLatency * (0.5 + _dice.NextDouble()), long.MinValue);
                }
            }
        }

        _route.Learn(_pool.Setup.Options.Hedging, _pool.Setup.Options.Judging.Stall);
    }

    private void React(PoolInput input, Decision decision, PoolState before)
    {
        var (release, look) = (false, false);
        foreach (var happened in decision.Events)
        {
            look |= happened is PoolEvent.BackendWentDown or PoolEvent.BackendSuspected or PoolEvent.ActiveChanged;
            release |= happened is PoolEvent.ActiveChanged;
            if (PoolReplay.Revived(happened) is { } id)
            {
                release = true;
                _pool.Members[id.Value].Revive();
                _agenda.Next(() => NoteEmpty(_pool.Members[id.Value]));
            }
        }

        if (look)
        {
            _agenda.Next(Look);
        }

        if (release)
        {
            _agenda.Next(Release);
        }
    }

    private void WakeUp()
    {
        if (!_awake)
        {
            _awake = true;
            _agenda.In(AttemptWatch.Period, Sweep);
        }
    }

    private void Sweep()
    {
        Look();
        _awake = _roster.Count > 0;
        if (_awake)
        {
            _agenda.In(AttemptWatch.Period, Sweep);
        }
    }

    private void Look()
    {
        _roster = [.. _roster.Where(request => !request.IsOver)];
        foreach (var attempt in _roster.SelectMany(request => request.UnderWay.ToList()).Where(attempt => !attempt.IsOver))
        {
            Check(attempt);
        }

        foreach (var lane in _route.Lanes)
        {
            Report(lane);
        }
    }

    private void Check(SimulatedAttempt attempt)
    {
        var (request, options, now) = (attempt.Request, _pool.Setup.Options.Attempts, _agenda.Now);
        var silent = now - attempt.Began;
        if (now - request.Arrived >= _pool.Setup.Deadline)
        {
            Close(attempt);
            attempt.Backend.Count(AttemptEnd.Timeout);
            Judge(request.Add(attempt, new Fault(FaultKind.Timeout, "no answer within the request's time")));
            Finish(request, RequestEnd.Failed, status: 0);
            return;
        }

        if (_pool.View.HasDrained(attempt.Backend.Id))
        {
            request.PossiblySent = true;
            Failed(attempt, AttemptOutcome.Failed, new Fault(FaultKind.Broken, "taken down meanwhile"), wasCut: true);
            return;
        }

        var isLeft = _routing.IsLeft(attempt);
        var anotherIsLeft = _pool.View.Candidates.Length > request.Made || isLeft;
        if (AttemptPlan.MayCutShort(request.Method, request.Body, request.Made, options.Max, anotherIsLeft) && (isLeft || silent >= options.Timeout))
        {
            request.PossiblySent = true;
            Failed(attempt, AttemptOutcome.Failed, isLeft ? new Fault(FaultKind.Broken, "taken down meanwhile") : new Fault(FaultKind.Timeout, "no answer in time"), isLeft);
            return;
        }

        if (attempt.Lane is { } lane)
        {
            NoteSilence(attempt, lane, silent);
            TryHedge(attempt, lane, silent);
        }
    }

    private void NoteSilence(SimulatedAttempt attempt, Lane lane, TimeSpan silent)
    {
        if (attempt.SilenceNoted)
        {
            lane.NoteStillSilent(_agenda.Now.Ticks);
        }
        else if (silent > _route.SlowAfter)
        {
            attempt.SilenceNoted = true;
            lane.NoteSilence(attempt.Began.Ticks, _agenda.Now.Ticks);
        }
    }

    private void TryHedge(SimulatedAttempt attempt, Lane lane, TimeSpan silent)
    {
        var (request, options) = (attempt.Request, _pool.Setup.Options);
        if (silent < lane.HedgeAfter || request.HedgeRefused || request.Made != 1
            || !AttemptPlan.MayHedge(request.Method, request.Body, request.Made, options.Attempts.Max)
            || _routing.NextForHedge(request.Method, attempt.Backend) is not { } next)
        {
            return;
        }

        request.HedgeRefused = !_pool.Budget.TrySpend(options.Budget);
        if (!request.HedgeRefused)
        {
            _figures.Hedged++;
            Begin(request, next);
        }
    }

    // Told at every look while it lasts: what makes a stall of a silence is that it goes on, and that somebody else answers.
    private void Report(Lane lane)
    {
        var now = _agenda.Now;
        if (lane.Silent > 0 && now.Ticks - lane.LastSilent < Second.Ticks)
        {
            var others = _route.AnsweredBesides(lane.Backend, Math.Max(lane.SilentSince, now.Ticks - Second.Ticks));
            var since = new Instant(now.Ticks - (lane.LastSilent - lane.SilentSince));
            _pool.Take(new PoolInput.AttemptSilent(now, _pool.Tally, new BackendId(lane.Backend.Id), _route.Id, lane.Silent, since, others));
        }
    }

    private void Hold(SimulatedRequest request)
    {
        var options = _pool.Setup.Options.Hold;
        if (request.HeldUntil is null)
        {
            var until = Instant.Earliest(_agenda.Now + options.Timeout, request.Arrived + _pool.Setup.Deadline);
            request.HeldUntil = until;
            _agenda.At(until, () => EndWait(request));
        }

        request.IsHeld = true;
        TryHeld(request);
    }

    private void TryHeld(SimulatedRequest request)
    {
        if (request.IsOver || !request.IsHeld)
        {
            return;
        }

        foreach (var (id, revivals) in request.Tried.ToList())
        {
            if (_pool.Members[id].Revivals != revivals)
            {
                request.Tried.Remove(id);
            }
        }

        if (_routing.Next(request.Method, request.Tried) is { } found)
        {
            request.IsHeld = false;
            if (request.PossiblySent && !_pool.Budget.TrySpend(_pool.Setup.Options.Budget))
            {
                Finish(request, RequestEnd.Failed, status: 0);
                return;
            }

            Begin(request, found);
        }
        else if (_agenda.Now >= request.HeldUntil || _held.Count >= _pool.Setup.Options.Hold.Max)
        {
            request.IsHeld = false;
            Finish(request, RequestEnd.Failed, status: 0);
        }
        else
        {
            _figures.Hold(request);
            _held.Add(request);
        }
    }

    private void EndWait(SimulatedRequest request)
    {
        if (request is { IsHeld: true, IsOver: false })
        {
            request.IsHeld = false;
            _held.Remove(request);
            Finish(request, RequestEnd.Failed, status: 0);
        }
    }

    private void NoteEmpty(Backend backend)
    {
        if (backend.InFlight == 0 && _pool.View.State.Backends[new BackendId(backend.Id)] is { Admin: Admin.Draining, Drained: false })
        {
            _agenda.Next(() => _pool.Take(new PoolInput.Emptied(_agenda.Now, _pool.Tally, new BackendId(backend.Id))));
        }
    }
}
