using Gateway.Core;

namespace Gateway.Failover.Incidents;

/// <summary>
/// What a pool has come to since its first start, over all restarts: sums only, so that incidents that are no longer kept still count. Time
/// in which no gateway ran is not observed, and in no sum.
/// </summary>
internal sealed record Reliability
{
    public required string Pool { get; init; }

    public required DateTimeOffset Since { get; init; }

    public TimeSpan Observed { get; init; }

    public long Requests { get; init; }

    public long Failed { get; init; }

    /// <summary>In incidents, how long nobody got a good answer.</summary>
    public TimeSpan Unavailable { get; init; }

    /// <summary>Of every kind.</summary>
    public long Incidents { get; init; }

    /// <summary>Failovers and outages.</summary>
    public long Failures { get; init; }

    /// <summary>Failures that a gateway saw the end of.</summary>
    public long Repaired { get; init; }

    /// <summary>From their first signal until steady, all together.</summary>
    public TimeSpan Repair { get; init; }

    /// <summary>The first failure's start, in observed time.</summary>
    public TimeSpan FirstFailure { get; init; }

    /// <summary>The latest failure's start, in observed time.</summary>
    public TimeSpan LastFailure { get; init; }

    public double? TimeAvailability => Observed > TimeSpan.Zero ? Math.Clamp(1 - (Unavailable / Observed), 0, 1) : null;

    public double? SuccessRatio => Requests > 0 ? Math.Clamp(1 - ((double)Failed / Requests), 0, 1) : null;

    /// <summary>Mean time to repair.</summary>
    public TimeSpan? Mttr => Repaired > 0 ? Repair / Repaired : null;

    /// <summary>Mean time between failures: from one start to the next.</summary>
    public TimeSpan? Mtbf => Failures > 1 ? (LastFailure - FirstFailure) / (Failures - 1) : null;

    public Reliability Observe(TimeSpan passed, Tally requests) =>
        this with { Observed = Observed + passed, Requests = Requests + requests.Requests, Failed = Failed + requests.Failed };

    /// <param name="incident">One that is over.</param>
    /// <param name="age">How long ago it began, in observed time.</param>
    public Reliability With(Incident incident, TimeSpan age)
    {
        var counted = this with { Incidents = Incidents + 1, Unavailable = Unavailable + TimeSpan.FromMilliseconds(incident.UnavailableMs) };
        if (incident.Kind is not (IncidentKind.Failover or IncidentKind.Outage))
        {
            return counted;
        }

        var start = Observed > age ? Observed - age : TimeSpan.Zero;
        var steady = incident.End == IncidentEnd.Steady;
        return counted with
        {
            Failures = Failures + 1,
            Repaired = Repaired + (steady ? 1 : 0),
            Repair = Repair + (steady ? TimeSpan.FromMilliseconds(incident.DurationMs) : TimeSpan.Zero),
            FirstFailure = Failures == 0 ? start : FirstFailure,
            LastFailure = start,
        };
    }
}
