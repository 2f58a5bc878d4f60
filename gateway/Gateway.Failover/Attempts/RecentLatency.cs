using System.Numerics;

namespace Gateway.Failover.Attempts;

/// <summary>
/// How long answers took of late, good enough to say what is usual: four buckets to each power of two of a microsecond, and old answers count
/// for less each time they are halved. Records without any synchronization; one that is lost under contention changes no quantile.
/// </summary>
internal sealed class RecentLatency
{
    private const int Sub = 2;
    private const int Size = 36 << Sub;

    /// <summary>How many answers make the past: beyond, all are halved.</summary>
    private const int Memory = 512;

    private readonly int[] _counts = new int[Size];

    public void Record(TimeSpan took) => _counts[Index((ulong)Math.Max(1, took.Ticks / TimeSpan.TicksPerMicrosecond))]++;

    /// <summary>Below which time this share of the recent answers came; null when fewer than <paramref name="minimum"/> are known. Forgets a little.</summary>
    public TimeSpan? Quantile(double quantile, int minimum)
    {
        var total = _counts.Sum();
        if (total < minimum)
        {
            return null;
        }

        var found = Find((int)Math.Ceiling(quantile * total));
        if (total > Math.Max(Memory, 4 * minimum))
        {
            for (var index = 0; index < Size; index++)
            {
                _counts[index] /= 2;
            }
        }

        return found;
    }

    private TimeSpan Find(int rank)
    {
        for (var (index, seen) = (0, 0); index < Size; index++)
        {
            seen += _counts[index];
            if (seen >= rank)
            {
                return TimeSpan.FromMicroseconds(Upper(index));
            }
        }

        return TimeSpan.FromMicroseconds(Upper(Size - 1));
    }

    private static int Index(ulong microseconds)
    {
        var power = BitOperations.Log2(microseconds);
        var part = power >= Sub ? (int)(microseconds >> (power - Sub)) & ((1 << Sub) - 1) : 0;
        return Math.Min((power << Sub) + part, Size - 1);
    }

    private static double Upper(int index) => Math.Pow(2, index >> Sub) * (1 + ((1 + (index & ((1 << Sub) - 1))) / (double)(1 << Sub)));
}
