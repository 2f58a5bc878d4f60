using System.Text;

namespace Gateway.Failover.Telemetry;

/// <summary>One metric: its name, its series, and the path of every measurement to its series.</summary>
internal sealed class MetricFamily
{
    private readonly SeriesTable _table;
    private readonly Action<MetricFamily>? _dropped;
    private Series? _overflow;

    /// <summary>A metric without a series yet.</summary>
    /// <param name="shape">Where it comes from, and its kind.</param>
    /// <param name="help">One sentence for people; Prometheus's checks want one.</param>
    /// <param name="bounds">Upper bounds of a histogram's buckets, else empty.</param>
    /// <param name="limit">Sets of tags at most.</param>
    /// <param name="dropped">Called for every measurement that goes to the overflow series.</param>
    public MetricFamily(
        MetricShape shape, string help, double[] bounds, int limit, Action<MetricFamily>? dropped = null)
    {
        Shape = shape;
        Help = help;
        Bounds = bounds;
        _dropped = dropped;
        Name = PrometheusName.Metric(shape.Instrument, shape.Unit, shape.Kind);
        NameBytes = Encoding.UTF8.GetBytes(Name);
        // An observable instrument is written by the scrape alone: stripes would only cost memory at every scrape.
        var striped = !shape.IsObservable;
        _table = new SeriesTable(limit, shape.Kind switch
        {
            MetricKind.Gauge => labels => new LastValueSeries(labels),
            MetricKind.Histogram => labels => new HistogramSeries(labels, bounds, striped),
            _ => labels => new SumSeries(labels, striped),
        });
    }

    public MetricShape Shape { get; }

    public string Name { get; }

    public ReadOnlyMemory<byte> NameBytes { get; }

    public string Help { get; }

    public double[] Bounds { get; }

    /// <summary>How many living instruments record into it; guarded by the collector.</summary>
    public int Instruments { get; set; } = 1;

    /// <summary>Set once measurements went to the overflow series; two threads may both be the first.</summary>
    public bool HasOverflowed { get; set; }

    /// <summary>All series, ordered by their labels.</summary>
    public Series[] Snapshot() => _table.Snapshot();

    /// <summary>
    /// Forgets what the last scrape observed. An observable instrument tells everything anew at each scrape, so what it
    /// no longer tells disappears, and values can be put together as those of any other instrument.
    /// </summary>
    public void BeginScrape()
    {
        if (Shape.IsObservable)
        {
            _table.Clear();
            _overflow = null;
        }
    }

    /// <summary>
    /// Records a whole number. A counter ignores what would make it fall: Prometheus would see a restart.
    /// </summary>
    public void Record(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (value >= 0 || Shape.Kind != MetricKind.Counter)
        {
            SeriesOf(tags).Record(value);
        }
    }

    /// <summary>Records any number. What is added up has to be finite, or the sum would be lost for good.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var fits = Shape.Kind switch
        {
            MetricKind.Gauge => true,
            MetricKind.Counter => value >= 0 && double.IsFinite(value),
            _ => double.IsFinite(value),
        };
        if (fits)
        {
            SeriesOf(tags).Record(value);
        }
    }

    private Series SeriesOf(ReadOnlySpan<KeyValuePair<string, object?>> tags) => _table.Find(tags) ?? Overflow();

    private Series Overflow()
    {
        _dropped?.Invoke(this);
        var overflow = Volatile.Read(ref _overflow);
        if (overflow is null)
        {
            overflow = _table.FindByLabels(PrometheusLabels.Overflow);
            Volatile.Write(ref _overflow, overflow);
        }

        return overflow;
    }
}
