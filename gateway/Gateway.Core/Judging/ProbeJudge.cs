namespace Gateway.Core.Judging;

/// <summary>
/// What a probe's end says about its backend: <c>fall</c> failures in a row take it down, <c>rise</c> passes in a row bring it back,
/// as in HAProxy and keepalived. Between the two it is suspected, which people can see but traffic does not feel. A backend that was
/// never judged needs only one pass: there is no evidence against it. One that live traffic ejected does not come back
/// by its probe, however well that does: a health page may be fine while the work is not (see <see cref="TrialJudge"/>). Only where nobody has asked
/// for anything that could be tried is the probe enough.
/// </summary>
internal static class ProbeJudge
{
    public static Decision Judge(BackendState backend, PoolTuning tuning, PoolInput.ProbeCompleted input) => input.Outcome switch
    {
        ProbeOutcome.Draining draining => LeavingJudge.Judge(backend, input, draining),
        ProbeOutcome.Passed when backend.Leaving => LeavingJudge.Stays(backend, input),
        ProbeOutcome.Passed => Passed(backend, tuning, input, backend.Evidence.WithPassedProbe()),
        ProbeOutcome.Failed failed =>
            Failed(backend, tuning, input, failed.Fault, backend.Evidence.WithFailedProbe(input.At, input.Tally)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static Decision Passed(BackendState backend, PoolTuning tuning, PoolInput.ProbeCompleted input, Evidence evidence)
    {
        var (at, id) = (input.At, backend.Id);
        return backend.Health switch
        {
            Health.Unknown => Decision.Of(
                ReasonCode.FirstProbePassed, new PoolEvent.BackendCameUp(at, id, $"{id} is up: it passed its first probe.")),

            Health.Up => evidence.FirstBadAt is null
                ? Decision.Nothing(ReasonCode.Steady, $"{id} passed a probe, as expected.")
                : Decision.Quiet(ReasonCode.Steady, $"{id} passed a probe.", Noted(at, id, Forget(evidence))),

            Health.Suspected when evidence.Silent > 0 && at < evidence.LastBadAt + tuning.StallDisarm => Decision.Quiet(
                ReasonCode.SuspicionStays, $"{id} passed a probe, but requests to it get no answer.", Noted(at, id, evidence)),

            Health.Suspected => evidence.PassedProbes >= 2 || backend.Evidence.FailedProbes > 0
                ? Decision.Of(ReasonCode.SuspicionCleared, new PoolEvent.BackendCleared(at, id, Cleared(backend)))
                : Decision.Quiet(ReasonCode.SuspicionStays, $"{id} passed a probe, but requests to it failed.", Noted(at, id, evidence)),

            Health.Down when backend.Ejection is { Lapsed: false } ejection => Decision.Quiet(
                ReasonCode.StillEjected, Ejected(backend, ejection, at), Noted(at, id, evidence)),

            Health.Down when evidence.PassedProbes >= tuning.Rise => Decision.Of(
                ReasonCode.RiseReached,
                new PoolEvent.BackendCameUp(
                    at, id, $"{id} is up again after {Words.Row(evidence.PassedProbes, "passed probe")}.", StartsSlowly: backend.Ejected)),

            _ => Decision.Quiet(
                ReasonCode.BelowRise,
                $"{id} passed {evidence.PassedProbes} of the {tuning.Rise} probes in a row that bring it back.",
                Noted(at, id, evidence)),
        };
    }

    private static Decision Failed(
        BackendState backend, PoolTuning tuning, PoolInput.ProbeCompleted input, Fault fault, Evidence evidence)
    {
        var (at, id) = (input.At, backend.Id);
        var fallen = evidence.FailedProbes >= tuning.Fall;
        return (backend.Health, fallen) switch
        {
            (Health.Down, true) when backend.Ejected => Decision.Of(
                ReasonCode.FallReached,
                new PoolEvent.BackendWentDown(
                    at, id, Cause.ProbeFailed, Ejected: false, evidence,
                    $"{id} is down by its probe too, after {Words.Row(evidence.FailedProbes, "failed probe")} ({fault.Detail}).")
                {
                    Ejections = EjectionRule.Remembered(tuning, backend, at),
                }),

            (Health.Down, _) => Decision.Quiet(ReasonCode.StillDown, $"{id} is still down ({fault.Detail}).", Noted(at, id, evidence)),

            (_, true) => Decision.Of(
                ReasonCode.FallReached,
                new PoolEvent.BackendWentDown(
                    at, id, Cause.ProbeFailed, Ejected: false, evidence,
                    $"{id} is down after {Words.Row(evidence.FailedProbes, "failed probe")} ({fault.Detail}).")
                {
                    Ejections = EjectionRule.Remembered(tuning, backend, at),
                }),

            (Health.Suspected, false) => Decision.Quiet(
                ReasonCode.BelowFall, $"{id} failed {evidence.FailedProbes} of the {tuning.Fall} probes in a row that take it down ({fault.Detail}).", Noted(at, id, evidence)),

            (_, false) => Decision.Of(
                ReasonCode.BelowFall,
                new PoolEvent.BackendSuspected(
                    at, id, Cause.ProbeFailed, evidence,
                    $"{id} is suspected: it failed {evidence.FailedProbes} of the {tuning.Fall} probes in a row that take it down ({fault.Detail}).")),
        };
    }

    private static string Ejected(BackendState backend, Ejection ejection, Instant at) => (backend.OnTrial, ejection.Until > at) switch
    {
        (true, _) => $"{backend.Id} stays on trial: its probe passes, but only requests can show that it is well.",
        (_, true) => $"{backend.Id} stays ejected for {Words.Span(ejection.Until - at)} more: requests to it failed though its probe passes.",
        _ => $"{backend.Id} passed a probe; requests may be tried there now.",
    };

    private static string Cleared(BackendState backend) => backend.Evidence.FailedProbes > 0
        ? $"{backend.Id} is up: it passed a probe again."
        : $"{backend.Id} is up: it passed 2 probes, and no request to it failed meanwhile.";

    // A request that failed alone, with a passed probe after it and another one since, was bad luck.
    private static Evidence Forget(Evidence evidence) => evidence.PassedProbes >= 2 ? Evidence.None : evidence;

    private static PoolEvent.EvidenceNoted Noted(Instant at, BackendId id, Evidence evidence) => new(at, id, evidence);
}
