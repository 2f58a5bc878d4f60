using System.Numerics;

namespace Gateway.Failover.Engine;

/// <summary>
/// Counts durations in buckets that grow with them, eight to each power of two of a microsecond, so that a quantile is off by at most an
/// eighth of itself. One atomic increment a record; a window is the difference of two readings.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int Sub = 3;
    private const int Size = 40 << Sub;

    private readonly long[] _counts = new long[Size];

    public void Record(TimeSpan took) => Interlocked.Increment(ref _counts[Index((ulong)Math.Max(0, took.Ticks / TimeSpan.TicksPerMicrosecond))]);

    public long[] Read()
    {
        var counts = new long[Size];
        for (var index = 0; index < Size; index++)
        {
            counts[index] = Interlocked.Read(ref _counts[index]);
        }

        return counts;
    }

    /// <summary>The quantiles of what came between two readings, in milliseconds; null when nothing came.</summary>
    public static double?[] Quantiles(long[] before, long[] after, params ReadOnlySpan<double> quantiles)
    {
        var total = 0L;
        for (var index = 0; index < Size; index++)
        {
            total += after[index] - before[index];
        }

        var found = new double?[quantiles.Length];
        for (var which = 0; which < quantiles.Length && total > 0; which++)
        {
            var rank = Math.Max(1, (long)Math.Ceiling(quantiles[which] * total));
            var seen = 0L;
            for (var index = 0; index < Size; index++)
            {
                seen += after[index] - before[index];
                if (seen >= rank)
                {
                    found[which] = Middle(index) / 1_000;
                    break;
                }
            }
        }

        return found;
    }

    private static int Index(ulong microseconds)
    {
        if (microseconds < 1 << Sub)
        {
            return (int)microseconds;
        }

        var power = BitOperations.Log2(microseconds);
        var index = ((power - Sub + 1) << Sub) + (int)((microseconds >> (power - Sub)) & ((1 << Sub) - 1));
        return Math.Min(index, Size - 1);
    }

    private static double Middle(int index)
    {
        if (index < 1 << Sub)
        {
            return index + 0.5;
        }

        var width = Math.Pow(2, (index >> Sub) - 1);
        return (((1 << Sub) + (index & ((1 << Sub) - 1))) * width) + (width / 2);
    }
}
