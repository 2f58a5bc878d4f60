using System.Diagnostics.Metrics;
using Gateway.Failover.Telemetry;

namespace Gateway.Failover.Attempts;

/// <summary>How long requests take, from the gateway's first sight of one to its end, retries included.</summary>
internal sealed class RequestMetrics(IMeterFactory meters)
{
    private readonly Histogram<double> _duration = meters.Create(MetricNames.Meter).CreateHistogram(
        MetricNames.RequestDuration, "s", "How long a client's request took, all its attempts included.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = MetricNames.FastBuckets });

    public void Record(string pool, TimeSpan took) => _duration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("pool", pool));
}
