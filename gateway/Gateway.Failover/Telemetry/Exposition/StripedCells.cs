// Many cores add to the same few numbers at every request. One number behind Interlocked is exact, but its cache line
// then travels between the cores, and each addition costs a hundred nanoseconds instead of five. So every number exists
// once per stripe, a core adds to the stripe of its own, and the reader adds the stripes up. A thread that is moved to
// another core in mid-addition does no harm: the additions are interlocked, stripes only keep them apart.
namespace Gateway.Failover.Telemetry;

/// <summary>
/// A row of 64-bit cells, repeated once per stripe; a cell holds a whole number or the bits of a double.
/// </summary>
internal readonly struct StripedCells
{
    private const int CacheLine = 8;

    // Beyond sixteen stripes the memory (stripes x series x buckets) grows faster than the contention shrinks.
    private static readonly int Stripes =
        (int)Math.Min(16, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount));

    private readonly long[] _cells;
    private readonly int _stride;
    private readonly int _mask;

    /// <summary>All cells at zero.</summary>
    /// <param name="width">Cells in the row.</param>
    /// <param name="striped">False where one thread writes at a time: then there is one stripe.</param>
    public StripedCells(int width, bool striped)
    {
        var stripes = striped ? Stripes : 1;
        _mask = stripes - 1;
        // A whole line of padding, because an array does not start at a line's border.
        _stride = striped ? ((width + CacheLine - 1) / CacheLine * CacheLine) + CacheLine : width;
        _cells = new long[stripes * _stride];
    }

    /// <summary>Where the row of the current core starts, for <see cref="Increment"/> and the additions.</summary>
    public int Row() => (Thread.GetCurrentProcessorId() & _mask) * _stride;

    public void Increment(int row, int index) => Interlocked.Increment(ref _cells[row + index]);

    public void Add(int row, int index, long value) => Interlocked.Add(ref _cells[row + index], value);

    public void Add(int row, int index, double value)
    {
        ref var cell = ref _cells[row + index];
        var seen = Volatile.Read(ref cell);
        while (true)
        {
            var next = BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(seen) + value);
            var found = Interlocked.CompareExchange(ref cell, next, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }

    /// <summary>The sum of a cell of whole numbers over all stripes.</summary>
    public long Whole(int index)
    {
        var sum = 0L;
        for (var at = index; at < _cells.Length; at += _stride)
        {
            sum += Volatile.Read(ref _cells[at]);
        }

        return sum;
    }

    /// <summary>The sum of a cell of doubles over all stripes.</summary>
    public double Real(int index)
    {
        var sum = 0d;
        for (var at = index; at < _cells.Length; at += _stride)
        {
            sum += BitConverter.Int64BitsToDouble(Volatile.Read(ref _cells[at]));
        }

        return sum;
    }
}
