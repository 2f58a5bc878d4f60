using System.Net.Http;
using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Failover.Engine;
using Yarp.ReverseProxy.Model;

namespace Gateway.Failover.Attempts;

/// <summary>What an attempt came to, and what becomes of the request: facts for the plan, and the plan's answer.</summary>
internal sealed partial class AttemptInvoker
{
    private AttemptOutcome Judge(HttpResponseMessage response)
    {
        (_possiblySent, _wasCut) = (true, false);
        if (!IsGood(response))
        {
            Fail(AttemptEnd.Status, new Fault(FaultKind.Status, $"answered {(int)response.StatusCode}"));
            return AttemptOutcome.BadStatus;
        }

        EndTrial();
        if (_lane is { } lane)
        {
            var now = services.Clock.Time.GetTimestamp();
            var took = services.Clock.Time.GetElapsedTime(_began, now);
            IsSlow = took > pool.Setup.Options.Judging.SlowAfter;
            if (lane.Answered(took, now))
            {
                services.Inbox.AnswersResumed(pool, lane.Backend);
            }
        }

        // The view as it is now: a request that began before the verdict may be the first to be answered under it.
        var latest = pool.View;
        if (latest.Awaited is { } awaited && Current is not null && awaited.IsFirst(Current.Id))
        {
            services.Inbox.FirstAnswered(pool, awaited, view.Awaited == awaited ? awaited.AskedAt : null);
        }

        // A trial is over when its answer was delivered whole; the last resort has proved itself with the first byte.
        if (latest.WantsAnswers && Current is not null && (latest.State.Exhausted || !latest.State.Tuning.Enforced) && latest.IsDown(Current.Id))
        {
            services.Inbox.AttemptSucceeded(pool, Current);
        }

        return AttemptOutcome.Good;
    }

    private AttemptOutcome Judge(Exception error, AttemptPhase phase)
    {
        _wasCut = phase == AttemptPhase.BackendDown;
        var unsent = phase == AttemptPhase.NotConnected || Faults.NothingSent(error) || IsRetirement(error);
        _possiblySent |= !unsent && (_tracking?.PossiblySent ?? _replay?.PossiblySent ?? true);
        // The backend may have taken nothing; what the client sent is gone all the same if nobody kept it.
        _possiblySent |= unsent && (_tracking is { IsEmpty: false, PossiblySent: true } || _replay is { PossiblySent: true, CanReplay: false });

        // A body that ends too early is often known before the request is.
        if (Faults.ClientLeft(context) || Faults.IsClients(error) || _replay is { ClientFailed: true })
        {
            Current?.Count(AttemptEnd.ClientLeft);
            return AttemptOutcome.ClientLeft;
        }

        switch (phase)
        {
            case AttemptPhase.BackendDown:
                Current?.Count(AttemptEnd.Cut);
                Failing().NoteCut(new Fault(FaultKind.Broken, "taken down meanwhile"));
                EndTrial();
                return AttemptOutcome.Failed;
            case AttemptPhase.NotConnected:
                Fail(AttemptEnd.Connect, new Fault(FaultKind.Connect, "connect timed out"));
                return AttemptOutcome.Failed;
            case AttemptPhase.DeadlinePassed or AttemptPhase.RequestCancelled:
                Fail(AttemptEnd.Timeout, new Fault(FaultKind.Timeout, "no answer within the request's time"));
                return AttemptOutcome.DeadlinePassed;
            default:
                var fault = Faults.Of(error);
                Fail(fault.Kind switch { FaultKind.Connect => AttemptEnd.Connect, FaultKind.Timeout => AttemptEnd.Timeout, _ => AttemptEnd.Broken }, fault);
                return AttemptOutcome.Failed;
        }
    }

    private void Fail(AttemptEnd end, Fault fault)
    {
        Current?.Count(end);
        Failing().Add(Current, fault, _isTrial);
        EndTrial();
    }

    private AttemptStep Plan(AttemptOutcome outcome, out DestinationState? next)
    {
        next = null;
        if (outcome is AttemptOutcome.Good or AttemptOutcome.ClientLeft or AttemptOutcome.DeadlinePassed)
        {
            return outcome == AttemptOutcome.Good ? AttemptStep.Answer : AttemptStep.GiveUp;
        }

        var failures = Failing();
        failures.NoteTried(_destination.DestinationId);
        next = Candidates.Next(pool, route, _method, failures.Tried);
        var nobodyReached = failures.NobodyReached || pool.View.State is { Exhausted: true, Tuning.Enforced: true };
        var facts = Facts(outcome, next is not null, nobodyReached);
        var step = AttemptPlan.Next(facts);
        // An attempt that no backend has worked on, or that a verdict has ended, is replaced and not repeated: it costs nobody anything more.
        var isRepeat = _possiblySent && !_wasCut && !_isPaid;
        _isPaid &= step != AttemptStep.RetryElsewhere;
        if (step == AttemptStep.RetryElsewhere && isRepeat && !pool.Attempts.Budget.TrySpend(pool.Setup.Options.Budget))
        {
            failures.OverBudget = true;
            return AttemptPlan.Next(facts with { BudgetLeft = false });
        }

        failures.BodyGone = step == AttemptStep.GiveUp && Body == BodyKind.Streamed && _method != RequestMethod.Unsafe;
        return step;
    }

    /// <summary>
    /// Whether the connections that broke wherever it was tried were the end of all backends at once, and not the request's doing. The connection watch
    /// finds that out within a moment, which is waited for.
    /// </summary>
    private async ValueTask<bool> IsOutageAsync(AttemptOutcome outcome)
    {
        if (outcome != AttemptOutcome.Failed || _failures is not { Last.Kind: FaultKind.Broken }
            || AttemptPlan.Next(Facts(outcome, hasNext: false, nobodyReached: true)) != AttemptStep.Hold)
        {
            return false;
        }

        for (var look = 0; look < LooksForOutage; look++)
        {
            if (Candidates.Next(pool, route, _method, tried: null) is null)
            {
                return true;
            }

            await Task.Delay(AttemptWatch.Period, services.Clock.Time, CancellationToken.None);
        }

        return false;
    }

    private AttemptFacts Facts(AttemptOutcome outcome, bool hasNext, bool nobodyReached) =>
        new(_method, Body, outcome, _possiblySent, Made, pool.Setup.Options.Attempts.Max, hasNext, nobodyReached, HasAnswer: _failures?.FirstAnswer is not null);
}
