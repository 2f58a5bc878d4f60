namespace Gateway.Core.Judging;

/// <summary>
/// How a backend that live traffic has ejected comes back. Its probe passes all the time, so that it proves nothing; only requests do. When the time of the
/// ejection is over, a few requests that may be repeated are tried there, and whichever fails is answered by somebody else: no client pays for
/// the test. <c>trials</c> good answers in a row bring it back, one bad one ejects it for longer.
/// </summary>
/// <remarks>
/// Where nobody asks, nobody can be hurt: after the trial time without a trial its probe is enough. The road not taken is HAProxy's and stock
/// YARP's, where the health page alone re-admits a backend that fails every real request.
/// </remarks>
internal static class TrialJudge
{
    /// <summary>A good answer of a backend that is down.</summary>
    public static Decision Judge(PoolState pool, BackendState backend, PoolInput.AttemptSucceeded input)
    {
        var (at, id, wanted) = (input.At, backend.Id, pool.Tuning.Trials);
        return backend switch
        {
            // Of the active tier it is tried first anyway, and its probe, which fails, would only take it down again.
            { Health: Health.Down, OnTrial: false, Evidence.FailedProbes: > 0 } when pool.Exhausted && pool.Active.Backends.Contains(id) =>
                Decision.Nothing(ReasonCode.NobodyLeft, $"{id} answered a request well, but its probe fails."),

            { Health: Health.Down } when pool.Exhausted => Decision.Of(
                ReasonCode.ProvenByAnswer,
                new PoolEvent.BackendCameUp(at, id, $"{id} is up: while nobody could serve, it answered a request well.", StartsSlowly: backend.Ejected)),

            { OnTrial: true, Ejection.Trials: var passed } when passed + 1 >= wanted => Decision.Of(
                ReasonCode.TrialsPassed,
                new PoolEvent.BackendCameUp(at, id, $"{id} is up again: it answered {Words.Row(passed + 1, "trial request")} well.", StartsSlowly: true)),

            { OnTrial: true, Ejection.Trials: var passed } => Decision.Quiet(
                ReasonCode.BelowTrials,
                $"{id} answered {passed + 1} of the {wanted} trial requests in a row that bring it back.",
                new PoolEvent.TrialNoted(at, id, passed + 1)),

            _ => Decision.Nothing(ReasonCode.Steady, $"{id} answered a request well."),
        };
    }

    /// <summary>A trial that failed.</summary>
    public static Decision Failed(PoolState pool, BackendState backend, PoolInput.AttemptFailed input) => Decision.Of(
        ReasonCode.TrialFailed,
        EjectionRule.Ejected(
            pool.Tuning, backend, input, Cause.RequestsFailed, backend.Evidence.WithBadSignal(input.At, input.Tally),
            $"{backend.Id} stays ejected, because a trial request failed ({input.Fault.Detail})"));

    /// <summary>What the time that has passed makes of an ejection; null while that is nothing.</summary>
    public static (ReasonCode Code, PoolEvent Event)? Elapsed(BackendState backend, PoolTuning tuning, Instant now)
    {
        if (DueAt(backend, tuning) is not { } due || due > now)
        {
            return null;
        }

        var (id, since) = (backend.Id, Words.Span(now - backend.JudgedAt));
        return backend.OnTrial || tuning.Trials == 0
            ? (ReasonCode.TrialsLapsed, new PoolEvent.TrialsLapsed(
                now, id, tuning.Trials == 0
                    ? $"{id} has been ejected for {since}; its probe may bring it back."
                    : $"{id} got no trial request for {Words.Span(tuning.TrialTime)}; its probe may bring it back."))
            : (ReasonCode.HalfOpen, new PoolEvent.BackendOnTrial(
                now, id, $"{id} is on trial after {since}: {Words.Count(tuning.Trials, "request")} in a row answered well {(tuning.Trials == 1 ? "brings" : "bring")} it back."));
    }

    /// <summary>When that will be, as far as it is known: nothing is tried at a backend before its probe has passed.</summary>
    public static Instant? DueAt(BackendState backend, PoolTuning tuning) => backend.Ejection switch
    {
        null or { Lapsed: true } => null,
        { LastTrialAt: { } last } => last + tuning.TrialTime,
        { } ejection => backend.Evidence is { FailedProbes: 0, PassedProbes: > 0 } ? ejection.Until : null,
    };
}
