using System.Diagnostics.Metrics;
using Gateway.Core;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Telemetry;

/// <summary>What changes of the active backend cost. The same events feed the history, so that both always tell the same numbers.</summary>
internal sealed class ChangeMetrics : IReactor
{
    private readonly Counter<long> _changes;
    private readonly Histogram<double> _failover;
    private readonly Histogram<double> _detection;
    private readonly Counter<long> _requests;

    public ChangeMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MetricNames.Meter);
        var buckets = new InstrumentAdvice<double> { HistogramBucketBoundaries = MetricNames.FailoverBuckets };
        _changes = meter.CreateCounter<long>(MetricNames.Changes, description: "Changes of the active backend.");
        _failover = meter.CreateHistogram(
            MetricNames.FailoverDuration, "s", "From the verdict, or the first request after it, to the first good answer of the new backend.", advice: buckets);
        _detection = meter.CreateHistogram(
            MetricNames.DetectionDuration, "s", "From the first bad signal to the verdict.", advice: buckets);
        _requests = meter.CreateCounter<long>(
            MetricNames.FailoverRequests, description: "Requests in the windows of changes, by how they ended.");
    }

    public void React(Step step)
    {
        foreach (var record in step.Records)
        {
            switch (record.Event)
            {
                case PoolEvent.ActiveChanged e:
                    _changes.Add(
                        1, Tag("pool", record.Pool.Value), Tag("kind", Label(e.Kind)), Tag("from", e.From), Tag("to", e.To), Tag("cause", Label(e.Cause)));
                    break;
                case PoolEvent.ChangeMeasured e:
                    Measured(record.Pool.Value, e);
                    break;
            }
        }
    }

    /// <summary>An enumeration's value as a label: <c>probe-failed</c>.</summary>
    public static string Label<T>(T value)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private void Measured(string pool, PoolEvent.ChangeMeasured e)
    {
        var (poolTag, kind) = (Tag("pool", pool), Tag("kind", Label(e.Kind)));
        if (e.Failover is { } failover)
        {
            _failover.Record(failover.TotalSeconds, poolTag, kind);
        }

        if (e.Detection is { } detection)
        {
            _detection.Record(detection.TotalSeconds, poolTag, kind);
        }

        _requests.Add(e.Cost.Failed, poolTag, kind, Tag("outcome", "failed"));
        _requests.Add(e.Cost.Rescued, poolTag, kind, Tag("outcome", "rescued"));
        _requests.Add(e.Cost.Requests - e.Cost.Failed - e.Cost.Rescued, poolTag, kind, Tag("outcome", "ok"));
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
