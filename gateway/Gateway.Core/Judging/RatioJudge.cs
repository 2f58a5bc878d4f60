using System.Globalization;

namespace Gateway.Core.Judging;

/// <summary>
/// A backend that fails every second request never fails three in a row for long, and one that answers slowly fails none. So the shares are judged too, over a
/// rolling window and only where it holds enough attempts to mean something.
/// </summary>
internal static class RatioJudge
{
    public static Decision Judge(PoolState pool, BackendState backend, PoolInput.AttemptsCounted input)
    {
        var (tuning, id, seen) = (pool.Tuning, backend.Id, input.Outcomes);
        var over = Words.Span(seen.Over);
        return backend.Health switch
        {
            Health.Down => Decision.Nothing(ReasonCode.StillDown, $"Requests to {id} fail; it is down already."),

            _ when seen.Attempts < tuning.RatioAttempts || seen.Attempts == 0 => Decision.Nothing(
                ReasonCode.BelowRatio, $"{id} had {Words.Count(seen.Attempts, "attempt")} in {over}: too few to judge a share of them."),

            _ when Reaches(seen.Failed, seen.Attempts, tuning.FailureRatio) => EjectionRule.Eject(
                pool, backend, input, Cause.FailureRatio, Bad(backend, input), ReasonCode.FailureRatioReached,
                $"after {seen.Failed} of {seen.Attempts} requests within {over} failed"),

            _ when Reaches(seen.Slow, seen.Attempts, tuning.SlowRatio) => EjectionRule.Eject(
                pool, backend, input, Cause.Slow, Bad(backend, input), ReasonCode.SlowRatioReached,
                $"after {seen.Slow} of {seen.Attempts} requests within {over} were answered slowly"),

            _ => Decision.Nothing(
                ReasonCode.BelowRatio, $"{id}: {Share(seen.Failed, seen.Attempts)} of its attempts within {over} failed, {Share(seen.Slow, seen.Attempts)} were slow."),
        };
    }

    private static bool Reaches(long some, long all, double share) => share > 0 && some > 0 && some >= share * all;

    private static Evidence Bad(BackendState backend, PoolInput.AttemptsCounted input) =>
        backend.Evidence.WithBadSignal(input.At, input.Tally) with { PassedProbes = 0 };

    private static string Share(long some, long all) => $"{(100.0 * some / all).ToString("0.#", CultureInfo.InvariantCulture)} %";
}
