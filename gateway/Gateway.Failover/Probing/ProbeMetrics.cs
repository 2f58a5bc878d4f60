using System.Diagnostics.Metrics;
using Gateway.Failover.Telemetry;

namespace Gateway.Failover.Probing;

/// <summary>How long probes take.</summary>
internal sealed class ProbeMetrics(IMeterFactory meters)
{
    private readonly Histogram<double> _duration = meters.Create(MetricNames.Meter).CreateHistogram(
        MetricNames.ProbeDuration, "s", "How long a probe took, answered or not.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = MetricNames.FastBuckets });

    public void Record(string pool, string backend, bool passed, TimeSpan took) => _duration.Record(
        took.TotalSeconds,
        new KeyValuePair<string, object?>("pool", pool),
        new KeyValuePair<string, object?>("backend", backend),
        new KeyValuePair<string, object?>("result", passed ? "passed" : "failed"));
}
