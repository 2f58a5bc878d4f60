using System.Collections.Frozen;
using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Failover.Attempts;
using Gateway.Failover.Engine;

namespace Gateway.Failover.WhatIf;

/// <summary>
/// The requests of a trace, from attempt to attempt, by the same plan as those of the gateway. What only time can tell of them stands in the other
/// half of this class.
/// </summary>
internal sealed partial class RequestReplay
{
    /// <summary>How many looks apart the end of all backends is told from a request that breaks every one of them.</summary>
    private const int LooksForOutage = 4;

    private readonly PoolReplay _pool;
    private readonly Agenda _agenda;
    private readonly Random _dice;
    private readonly Routing _routing;
    private readonly FrozenDictionary<string, BackendScript> _scripts;
    private readonly FrozenSet<int> _failureStatuses;
    private readonly RouteWatch _route;
    private readonly RequestFigures _figures;
    private List<SimulatedRequest> _roster = [];
    private List<SimulatedRequest> _held = [];

    public RequestReplay(
        PoolReplay pool, FrozenDictionary<string, BackendScript> scripts, Agenda agenda, Random dice, Traffic traffic, RequestFigures figures)
    {
        (_pool, _scripts, _agenda, _dice, _figures) = (pool, scripts, agenda, dice, figures);
        _routing = new Routing(pool, new Chance(dice.Next()));
        _failureStatuses = pool.Setup.Options.Judging.FailureStatuses.ToFrozenSet();
        _route = new RouteWatch("their route", new(), pool.Setup.Options.Hedging);
        WarmUp(traffic);
        pool.Decided += React;
    }

    /// <summary>Requests that have no end yet.</summary>
    public bool AnyUnderWay => _roster.Exists(request => !request.IsOver);

    /// <summary>A request comes.</summary>
    public void Arrive(RequestMethod method)
    {
        var request = new SimulatedRequest(_agenda.Now, method, _pool.View);
        _pool.View.Awaited?.Ask(_agenda.Now);
        _figures.Arrive(request);
        _roster.Add(request);
        WakeUp();
        if (_routing.Trial(method) is { } tried)
        {
            request.IsPaid = true;
            Begin(request, tried, isTrial: true);
        }
        else if (_routing.First(method) is { } first)
        {
            Begin(request, first);
        }
        else
        {
            Hold(request);
        }
    }

    private void Begin(SimulatedRequest request, Backend backend, bool isTrial = false)
    {
        request.Made++;
        var lane = request.Method == RequestMethod.Safe && !_route.Options.Slow ? _route.LaneOf(backend) : null;
        var attempt = new SimulatedAttempt(request, backend, lane, _agenda.Now) { IsTrial = isTrial };
        request.UnderWay.Add(attempt);
        backend.Begin();
        var answer = _scripts[backend.Id].Ask(_agenda.Now, 0.5 + _dice.NextDouble(), _dice.NextDouble());
        if (answer.Kind != AnswerKind.Silent)
        {
            _agenda.At(answer.At, () => Ended(attempt, answer));
        }
    }

    private void Ended(SimulatedAttempt attempt, ScriptedAnswer answer)
    {
        if (!attempt.IsOver)
        {
            switch (answer.Kind)
            {
                case AnswerKind.Answered when !_failureStatuses.Contains(answer.Status):
                    Answered(attempt, answer.Status);
                    break;
                case AnswerKind.Answered:
                    attempt.Request.PossiblySent = true;
                    Failed(attempt, AttemptOutcome.BadStatus, new Fault(FaultKind.Status, $"answered {answer.Status}"));
                    break;
                case AnswerKind.Refused:
                    Failed(attempt, AttemptOutcome.Failed, new Fault(FaultKind.Connect, "connection refused"));
                    break;
                default:
                    attempt.Request.PossiblySent = true;
                    Failed(attempt, AttemptOutcome.Failed, new Fault(FaultKind.Broken, "connection closed before an answer"));
                    break;
            }
        }
    }

    private void Answered(SimulatedAttempt attempt, int status)
    {
        var (request, backend, now) = (attempt.Request, attempt.Backend, _agenda.Now);
        var id = new BackendId(backend.Id);
        Close(attempt);
        backend.Count(AttemptEnd.Good);
        if (attempt.Lane is not null && now - attempt.Began > _pool.Setup.Options.Judging.SlowAfter)
        {
            backend.CountSlow();
        }

        if (attempt.Lane?.Answered(now - attempt.Began, now.Ticks) == true)
        {
            _pool.Take(new PoolInput.AnswersResumed(now, _pool.Tally, id));
        }

        if (_pool.View.Awaited is { } awaited && awaited.IsFirst(backend.Id))
        {
            _pool.Take(new PoolInput.FirstAnswered(now, _pool.Tally, awaited.Epoch)
            {
                AskedAt = request.View.Awaited == awaited ? awaited.AskedAt : null,
            });
        }

        foreach (var rival in request.UnderWay.ToList())
        {
            // Overtaken. It was silent until now, and says no more, unless it was a trial.
            Close(rival);
            if (rival.IsTrial)
            {
                Judge((rival.Backend, new Fault(FaultKind.Timeout, "no answer before another backend's"), true));
            }

            rival.Lane?.NoteOvertaken(rival.SilenceNoted, now.Ticks);
            request.WentWrong |= _pool.View.SuspectsActive || _pool.View.IsDown(rival.Backend.Id);
        }

        backend.EndStreak();
        if (_pool.View.IsDown(backend.Id))
        {
            _pool.Take(new PoolInput.AttemptSucceeded(now, _pool.Tally, id));
        }

        Finish(request, request.WentWrong ? RequestEnd.Rescued : RequestEnd.Ok, status);
    }

    /// <param name="wasCut">The verdict ended it: its backend is judged already.</param>
    private void Failed(SimulatedAttempt attempt, AttemptOutcome outcome, Fault fault, bool wasCut = false)
    {
        var (request, backend) = (attempt.Request, attempt.Backend);
        Close(attempt);
        if (wasCut)
        {
            request.WentWrong = true;
        }
        else
        {
            backend.Count(EndOf(fault));
            Judge(request.Add(attempt, fault));
        }

        request.Tried[backend.Id] = backend.Revivals;
        if (request.UnderWay.Count > 0)
        {
            // A hedge is under way, or the attempt beside which this one was it.
            request.HasAnswer |= outcome == AttemptOutcome.BadStatus;
            return;
        }

        GoOn(request, outcome, wasCut);
    }

    private void GoOn(SimulatedRequest request, AttemptOutcome outcome, bool wasCut)
    {
        var next = _routing.Next(request.Method, request.Tried);
        var facts = Facts(request, outcome, next is not null, request.NobodyReached || _pool.View.State.Exhausted);
        var step = AttemptPlan.Next(facts);
        var isRepeat = request.PossiblySent && !wasCut && !request.IsPaid;
        request.IsPaid = false;
        if (step == AttemptStep.RetryElsewhere && isRepeat && !_pool.Budget.TrySpend(_pool.Setup.Options.Budget))
        {
            step = AttemptPlan.Next(facts with { BudgetLeft = false });
        }

        request.HasAnswer |= outcome == AttemptOutcome.BadStatus;
        switch (step)
        {
            case AttemptStep.RetryElsewhere:
                Begin(request, next!);
                break;
            case AttemptStep.Hold:
                Hold(request);
                break;
            default:
                GiveUp(request, outcome, LooksForOutage);
                break;
        }
    }

    /// <summary>
    /// The connections that broke wherever it was tried may have been the end of all backends at once, and not the request's doing. The connection watch
    /// finds that out within a moment, which is waited for.
    /// </summary>
    private void GiveUp(SimulatedRequest request, AttemptOutcome outcome, int looks)
    {
        var mayBeOutage = outcome == AttemptOutcome.Failed && request.Last?.Kind == FaultKind.Broken
            && AttemptPlan.Next(Facts(request, outcome, otherLeft: false, nobodyReached: true)) == AttemptStep.Hold;
        if (mayBeOutage && _routing.Next(request.Method, tried: null) is null)
        {
            Hold(request);
        }
        else if (mayBeOutage && looks > 0)
        {
            _agenda.In(AttemptWatch.Period, () => GiveUp(request, outcome, looks - 1));
        }
        else
        {
            Finish(request, RequestEnd.Failed, status: 0);
        }
    }

    private AttemptFacts Facts(SimulatedRequest request, AttemptOutcome outcome, bool otherLeft, bool nobodyReached) => new(
        request.Method, request.Body, outcome, request.PossiblySent, request.Made, _pool.Setup.Options.Attempts.Max, otherLeft, nobodyReached,
        HasAnswer: request.HasAnswer);

    private void Finish(SimulatedRequest request, RequestEnd end, int status)
    {
        if (request.IsOver)
        {
            return;
        }

        request.IsOver = true;
        foreach (var attempt in request.UnderWay.ToList())
        {
            Close(attempt);
        }

        _pool.Counters.Count(end);
        _figures.End(request, end, status, _agenda.Now);
        Judge(request.Settle());
    }

    private void Judge((Backend Backend, Fault Fault, bool IsTrial)? failure)
    {
        if (failure is var (backend, fault, isTrial))
        {
            var streak = backend.AddToStreak();
            // What else fails at a backend on trial has begun before its trials, and says nothing of today.
            if (isTrial || !_pool.View.State.Tuning.Enforced || !_pool.View.IsOnTrial(backend.Id))
            {
                _pool.Take(new PoolInput.AttemptFailed(_agenda.Now, _pool.Tally, new BackendId(backend.Id), fault, streak));
            }
        }
    }

    private static AttemptEnd EndOf(Fault fault) => fault.Kind switch
    {
        FaultKind.Connect => AttemptEnd.Connect,
        FaultKind.Timeout => AttemptEnd.Timeout,
        FaultKind.Status => AttemptEnd.Status,
        _ => AttemptEnd.Broken,
    };

    private void Close(SimulatedAttempt attempt)
    {
        attempt.IsOver = true;
        attempt.Request.UnderWay.Remove(attempt);
        attempt.Backend.Finish();
        if (attempt.IsTrial)
        {
            attempt.Backend.EndTrial();
        }

        NoteEmpty(attempt.Backend);
    }
}
