namespace Gateway.Core.Judging;

/// <summary>
/// What a failed attempt of a live request says about its backend. Only an unbroken row of failures counts: the first is noted (and
/// the shell probes at once), the second makes the backend suspected, <c>failureStreak</c> of them eject it, or <c>statusStreak</c> where the backend
/// answers, but badly. Any success in between starts the row anew; the data path counts it, so that a success costs the engine nothing.
/// </summary>
internal static class RequestJudge
{
    private const int SuspectedAt = 2;

    public static Decision Judge(PoolState pool, BackendState backend, PoolInput.AttemptFailed input)
    {
        var (at, id, fault) = (input.At, backend.Id, input.Fault);
        var needed = fault.Kind == FaultKind.Status ? pool.Tuning.StatusStreak : pool.Tuning.FailureStreak;
        var evidence = Known(backend, input).WithBadSignal(at, input.Tally) with { PassedProbes = 0 };
        return (backend.Health, input.Streak) switch
        {
            (Health.Down, _) when backend.OnTrial => TrialJudge.Failed(pool, backend, input),

            (Health.Down, _) => Decision.Nothing(ReasonCode.StillDown, $"A request to {id} failed; it is down already."),

            (_, var streak) when streak >= needed => EjectionRule.Eject(
                pool, backend, input, Cause.RequestsFailed, evidence, ReasonCode.StreakReached, $"after {Words.Row(streak, "failed request")} ({fault.Detail})"),

            (Health.Suspected, var streak) => Decision.Quiet(
                ReasonCode.BelowStreak, $"{id} failed {streak} of the {needed} requests in a row that eject it ({fault.Detail}).", Noted(at, id, evidence)),

            (_, var streak) when streak >= SuspectedAt => Decision.Of(
                ReasonCode.BelowStreak,
                new PoolEvent.BackendSuspected(
                    at, id, Cause.RequestsFailed, evidence,
                    $"{id} is suspected: it failed {streak} of the {needed} requests in a row that eject it ({fault.Detail}).")),

            _ => Decision.Quiet(ReasonCode.BelowStreak, $"A request to {id} failed ({fault.Detail}).", Noted(at, id, evidence)),
        };
    }

    // The first of a row says that a request succeeded in between: what was before is not the beginning of this incident, unless
    // a probe agrees that it has begun.
    private static Evidence Known(BackendState backend, PoolInput.AttemptFailed input) =>
        input.Streak <= 1 && backend.Evidence.FailedProbes == 0 ? Evidence.None : backend.Evidence;

    private static PoolEvent.EvidenceNoted Noted(Instant at, BackendId id, Evidence evidence) => new(at, id, evidence);
}
