using Gateway.Core;
using Gateway.Simulation.Worlds;

namespace Gateway.Simulation.Checks;

/// <summary>
/// 9. Fewer than fall failures never take a backend down by probes; one success never brings it back when rise is more; client aborts and poison never
/// count. What live traffic ejected comes back by trials, or when nobody asks, or when nobody is left.
/// </summary>
internal sealed class FairVerdict(World world) : Check(world, 9)
{
    public override void Stepped(in Step step)
    {
        foreach (var happened in step.Decision.Events)
        {
            switch (happened)
            {
                case PoolEvent.BackendSuspected { Cause: Cause.RequestsFailed } e when step.Input is PoolInput.AttemptFailed failed:
                    Require(step.Ledger.Of(e.Backend).FailedRow >= Math.Min(2, Needed(step.Before.Tuning, failed)), $"{e.Backend} is suspected by {step.Ledger.Of(e.Backend).FailedRow} requests that really failed");
                    break;
                case PoolEvent.BackendWentDown e:
                    Falls(step, e);
                    break;
                case PoolEvent.BackendCameUp e:
                    Rises(step, e);
                    break;
                case PoolEvent.TrialsLapsed e:
                    ref var entry = ref step.Ledger.Of(e.Backend);
                    Require(
                        step.Before.Tuning.Trials == 0 || (entry.OnTrial && e.At - (entry.TriedAt ?? e.At) >= step.Before.Tuning.TrialTime),
                        $"the probe of {e.Backend} decides although requests were tried there");
                    break;
            }
        }
    }

    private void Falls(in Step step, PoolEvent.BackendWentDown e)
    {
        ref var entry = ref step.Ledger.Of(e.Backend);
        var tuning = step.Before.Tuning;
        switch (e.Cause, step.Input)
        {
            case (Cause.ProbeFailed, PoolInput.ProbeCompleted):
                Require(entry.FailedProbes >= tuning.Fall, $"{e.Backend} is down after {entry.FailedProbes} failed probes of {tuning.Fall}");
                break;
            case (Cause.RequestsFailed, PoolInput.AttemptFailed failed):
                var needed = entry.OnTrial ? 1 : Needed(tuning, failed);
                Require(entry.FailedRow >= needed, $"{e.Backend} is ejected after {entry.FailedRow} requests that really failed, of {needed}");
                break;
            case (Cause.FailureRatio or Cause.Slow, PoolInput.AttemptsCounted counted):
                var bad = e.Cause == Cause.Slow ? counted.Outcomes.Slow : counted.Outcomes.Failed;
                var share = e.Cause == Cause.Slow ? tuning.SlowRatio : tuning.FailureRatio;
                Require(
                    share > 0 && bad >= share * counted.Outcomes.Attempts && counted.Outcomes.Attempts >= tuning.RatioAttempts,
                    $"{e.Backend} is ejected by {bad} of {counted.Outcomes.Attempts} requests");
                break;
            case (Cause.Stalled, PoolInput.AttemptSilent { OthersAnswer: true } silent):
                Require(
                    tuning.StallAttempts > 0 && silent.Silent >= tuning.StallAttempts && silent.At - silent.Since >= tuning.StallTime
                    && silent.At - step.Ledger.ChangedAt >= tuning.StallDisarm,
                    $"{e.Backend} is ejected by a silence that is too short, or not to be judged");
                break;
            case (Cause.Refused, PoolInput.ConnectionRefused):
                Proven();
                break;
            default:
                Break(Number, $"{e.Backend} went down by {e.Cause} because of {step.Input.GetType().Name}");
                break;
        }
    }

    private void Rises(in Step step, PoolEvent.BackendCameUp e)
    {
        ref var entry = ref step.Ledger.Of(e.Backend);
        var tuning = step.Before.Tuning;
        if (step.Input is PoolInput.AttemptSucceeded)
        {
            Require(
                NobodyFit(step) || (entry.Ejected && entry.OnTrial && entry.Trials >= tuning.Trials),
                $"{e.Backend} came back after {entry.Trials} trials of {tuning.Trials}, while others serve");
            return;
        }

        Require(step.Input is PoolInput.ProbeCompleted, $"{e.Backend} came up because of {step.Input.GetType().Name}");
        Require(!entry.Ejected || entry.Lapsed, $"{e.Backend}, which live traffic had ejected, came back by its probe");
        Require(
            entry.Health == Health.Unknown || entry.PassedProbes >= tuning.Rise, $"{e.Backend} came back after {entry.PassedProbes} passed probes of {tuning.Rise}");
    }

    private static int Needed(PoolTuning tuning, PoolInput.AttemptFailed failed) =>
        failed.Fault.Kind == FaultKind.Status ? tuning.StatusStreak : tuning.FailureStreak;

    private static bool NobodyFit(in Step step)
    {
        foreach (ref readonly var entry in step.Ledger.Backends.AsSpan())
        {
            if (entry.IsFit)
            {
                return false;
            }
        }

        return true;
    }
}
