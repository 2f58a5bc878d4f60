namespace Gateway.Failover.Telemetry;

/// <summary>
/// The figures of one instrument under one set of labels. Recording takes no lock and allocates nothing.
/// </summary>
/// <param name="labels">The labels as they stand between the braces, see <see cref="PrometheusLabels"/>.</param>
internal abstract class Series(string labels)
{
    public string Labels { get; } = labels;

    public ReadOnlyMemory<byte> LabelBytes { get; } = System.Text.Encoding.UTF8.GetBytes(labels);

    public abstract void Record(long value);

    public abstract void Record(double value);
}

/// <summary>Adds up. Whole numbers have a cell of their own, so that counting is one interlocked addition.</summary>
internal sealed class SumSeries(string labels, bool striped) : Series(labels)
{
    private const int WholePart = 0;
    private const int RealPart = 1;
    private readonly StripedCells _cells = new(width: 2, striped);

    public double Value => _cells.Whole(WholePart) + _cells.Real(RealPart);

    public override void Record(long value) => _cells.Add(_cells.Row(), WholePart, value);

    public override void Record(double value) => _cells.Add(_cells.Row(), RealPart, value);
}

/// <summary>Keeps the last value.</summary>
internal sealed class LastValueSeries(string labels) : Series(labels)
{
    private double _value;

    public double Value => Volatile.Read(ref _value);

    public override void Record(long value) => Volatile.Write(ref _value, value);

    public override void Record(double value) => Volatile.Write(ref _value, value);
}

/// <summary>
/// Counts measurements by bucket: a value belongs to the first bound that is not below it, or to none (+Inf). The count
/// of all is not kept but added up from the buckets, so that a scrape's <c>_count</c> always equals its last bucket.
/// </summary>
internal sealed class HistogramSeries(string labels, double[] bounds, bool striped) : Series(labels)
{
    private readonly StripedCells _cells = new(bounds.Length + 2, striped);

    public double Sum => _cells.Real(bounds.Length + 1);

    /// <summary>Measurements in bucket <paramref name="index"/> alone; the one after the last bound is +Inf.</summary>
    public long InBucket(int index) => _cells.Whole(index);

    public override void Record(long value) => Record((double)value);

    public override void Record(double value)
    {
        var row = _cells.Row();
        _cells.Increment(row, Bucket(value));
        _cells.Add(row, bounds.Length + 1, value);
    }

    private int Bucket(double value)
    {
        var low = 0;
        var high = bounds.Length;
        while (low < high)
        {
            var middle = (int)((uint)(low + high) >> 1);
            if (bounds[middle] < value)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
