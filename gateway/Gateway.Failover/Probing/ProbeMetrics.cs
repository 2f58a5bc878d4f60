using System.Diagnostics.Metrics;
using Gateway.Core;
using Gateway.Failover.Telemetry;

namespace Gateway.Failover.Probing;

/// <summary>How long probes take, and whether this gateway gets round to them.</summary>
internal sealed class ProbeMetrics(IMeterFactory meters)
{
    private readonly Histogram<double> _duration = meters.Create(MetricNames.Meter).CreateHistogram(
        MetricNames.ProbeDuration, "s", "How long a probe took, answered or not.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = MetricNames.FastBuckets });

    // Without the backend: it says something of this gateway and nothing of them.
    private readonly Histogram<double> _lateness = meters.Create(MetricNames.Meter).CreateHistogram(
        MetricNames.ProbeLateness, "s", "How long after its time a probe began. A probe that took longer than its interval does not make the next one late.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = MetricNames.FastBuckets });

    public void Record(string pool, string backend, ProbeOutcome outcome, TimeSpan took) => _duration.Record(
        took.TotalSeconds,
        new KeyValuePair<string, object?>("pool", pool),
        new KeyValuePair<string, object?>("backend", backend),
        new KeyValuePair<string, object?>("result", Word(outcome)));

    public void RecordLateness(string pool, TimeSpan late) => _lateness.Record(
        Math.Max(0, late.TotalSeconds), new KeyValuePair<string, object?>("pool", pool));

    private static string Word(ProbeOutcome outcome) => outcome switch
    {
        ProbeOutcome.Passed => "passed",
        ProbeOutcome.Draining => "draining",
        ProbeOutcome.Failed => "failed",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
