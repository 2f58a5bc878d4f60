namespace Gateway.Core.Judging;

/// <summary>
/// Notices a hang before any timeout does. A backend that is stopped, deadlocked or out of threads accepts connections and answers nothing; its
/// probe may even pass, because <c>/health</c> does no work. What it cannot fake is that requests which are usually answered in a millisecond
/// are all still silent.
/// </summary>
/// <remarks>
/// One slow request is nothing, and so are many, as long as others on the same route are answered in time: the shell counts a row, which
/// a single answer in time ends. So a long poll, a slow report, a burst of slow requests never come here. Two things look like a hang and
/// are none: a request that is slow everywhere (so the row counts only when another backend has answered such a request in time, which
/// the hedges tell, and those begin with the suspicion), and a backend that was just made active and is cold (so the judge is disarmed for
/// a while). A pause of the backend's runtime is a tenth of a second of silence; the row has to last longer than that.
/// </remarks>
internal static class StallJudge
{
    public static Decision Judge(PoolState pool, BackendState backend, PoolInput.AttemptSilent input)
    {
        var (at, id, tuning) = (input.At, backend.Id, pool.Tuning);
        var lasted = at - input.Since;
        var silent = $"{Words.Count(input.Silent, "request")} in a row got no answer, for {Words.Span(lasted)}";
        var evidence = backend.Evidence.WithBadSignal(at, input.Tally) with { Silent = input.Silent, PassedProbes = 0 };
        var reached = input.Silent >= tuning.StallAttempts && lasted >= tuning.StallTime;
        return backend.Health switch
        {
            Health.Down => Decision.Nothing(ReasonCode.StillDown, $"A request to {id} got no answer; it is down already."),

            _ when tuning.StallAttempts == 0 || !pool.Active.Backends.Contains(id) =>
                Decision.Nothing(ReasonCode.Disarmed, $"A request to {id} is slow; its silence is not judged."),

            _ when at < pool.ActiveSince + tuning.StallDisarm =>
                Decision.Nothing(ReasonCode.Disarmed, $"A request to {id} is slow; it was made active {Words.Span(at - pool.ActiveSince)} ago and may be cold."),

            _ when reached && input.OthersAnswer => EjectionRule.Eject(
                pool, backend, input, Cause.Stalled, evidence, ReasonCode.StallReached, $"because it hangs: {silent} on {input.Route}, while others answer"),

            Health.Suspected => Decision.Quiet(
                reached ? ReasonCode.StandbyUnproven : ReasonCode.BelowStall,
                reached ? $"{id} may hang: {silent}; but nobody else has answered in time." : $"{id} may hang: {silent}.",
                new PoolEvent.EvidenceNoted(at, id, evidence)),

            _ when input.Silent >= SuspectedAt(tuning) => Decision.Of(
                ReasonCode.BelowStall,
                new PoolEvent.BackendSuspected(at, id, Cause.Stalled, evidence, $"{id} is suspected: {silent} on {input.Route}.")),

            _ => Decision.Quiet(ReasonCode.BelowStall, $"A request to {id} is slow.", new PoolEvent.EvidenceNoted(at, id, evidence)),
        };
    }

    public static Decision Judge(BackendState backend, PoolInput.AnswersResumed input) =>
        backend is { Health: Health.Suspected, Evidence.Silent: > 0 }
            ? Decision.Of(
                ReasonCode.SuspicionCleared,
                new PoolEvent.BackendCleared(input.At, backend.Id, $"{backend.Id} is up: it answers in time again."))
            : Decision.Nothing(ReasonCode.Steady, $"{backend.Id} answers in time.");

    /// <summary>From here on hedges may go to the next tier, which is how the judge learns what the others would have answered.</summary>
    private static int SuspectedAt(PoolTuning tuning) => Math.Max(1, (tuning.StallAttempts + 1) / 2);
}
