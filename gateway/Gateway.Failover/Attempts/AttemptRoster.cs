namespace Gateway.Failover.Attempts;

/// <summary>
/// Who is under way. A request takes a free place near its thread's own and gives it back: an interlocked write and a plain one, without a lock and
/// without memory. When it is full it grows; it never shrinks, for its size is that of the worst moment so far.
/// </summary>
internal sealed class AttemptRoster
{
    private const int FirstSize = 256;
    private const int Probes = 16;

    // Eight places are a cache line: threads that start apart do not write to the same one.
    private const int Stride = 8;

    private readonly Segment _first = new(FirstSize);

    public void Add(AttemptInvoker request)
    {
        var start = Environment.CurrentManagedThreadId * Stride;
        for (var segment = _first; ; segment = segment.Next())
        {
            var (places, mask) = (segment.Places, segment.Places.Length - 1);
            for (var probe = 0; probe < Probes; probe++)
            {
                ref var place = ref places[(start + probe) & mask];
                if (place is null && Interlocked.CompareExchange(ref place, request, null) is null)
                {
                    (request.Places, request.Place) = (places, (start + probe) & mask);
                    return;
                }
            }
        }
    }

#pragma warning disable CA1822 // What was added here is removed here.
    public void Remove(AttemptInvoker request) => Volatile.Write(ref request.Places![request.Place], null);
#pragma warning restore CA1822

    public bool IsEmpty
    {
        get
        {
            for (var segment = _first; segment is not null; segment = segment.Existing)
            {
                if (segment.Places.AsSpan().ContainsAnyExcept((AttemptInvoker?)null))
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Looks at everybody.</summary>
    /// <returns>How many there were.</returns>
    public int Visit(Look look)
    {
        var seen = 0;
        for (var segment = _first; segment is not null; segment = segment.Existing)
        {
            foreach (ref var place in segment.Places.AsSpan())
            {
                if (Volatile.Read(ref place) is { } request)
                {
                    seen++;
                    request.Check(look);
                }
            }
        }

        return seen;
    }

    private sealed class Segment(int size)
    {
        private Segment? _next;

        public AttemptInvoker?[] Places { get; } = new AttemptInvoker?[size];

        public Segment? Existing => Volatile.Read(ref _next);

        public Segment Next() => Existing ?? Interlocked.CompareExchange(ref _next, new Segment(size * 2), null) ?? _next!;
    }
}
