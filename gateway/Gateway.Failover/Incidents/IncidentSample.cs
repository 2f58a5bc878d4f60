using Gateway.Core;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Incidents;

/// <summary>A pool's counters at one moment. Only differences mean anything.</summary>
internal sealed record IncidentSample(Tally Tally, long Hedged, long Held, long[] Latency)
{
    public static IncidentSample Of(Pool pool) => new(
        pool.Counters.Tally, pool.Attempts.HedgesWon + pool.Attempts.HedgesLost, pool.Attempts.Hold.Totals.Held, pool.Latency.Read());

    public IncidentCounts Since(IncidentSample start)
    {
        var tally = Tally - start.Tally;
        return new IncidentCounts(tally.Requests, tally.Failed, tally.Rescued, Hedged - start.Hedged, Held - start.Held);
    }

    /// <summary>Null where nothing was measured in between.</summary>
    public static IncidentQuantiles? Quantiles(long[]? before, long[] after) =>
        before is not null && LatencyHistogram.Quantiles(before, after, 0.5, 0.99) is [{ } median, { } tail]
            ? new IncidentQuantiles(median, tail)
            : null;
}
