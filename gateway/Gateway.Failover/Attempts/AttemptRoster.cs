namespace Gateway.Failover.Attempts;

/// <summary>
/// Who is under way. A request takes a free place and gives it back: an interlocked write and a plain one, without a lock and without memory. Each
/// thread looks on where it found a place last, so that it finds the next at once and seldom meets another thread. When there is no place
/// it grows to twice its size; it never shrinks, for its size is that of the worst moment so far.
/// </summary>
internal sealed class AttemptRoster
{
    private const int FirstSize = 256;

    // Threads begin apart, so that they do not write to the same line of memory.
    private const int Apart = 128;

    [ThreadStatic]
    private static int _looked;

    private readonly Segment _first = new(FirstSize);
    private Segment _newest;

    public AttemptRoster() => _newest = _first;

    public void Add(AttemptInvoker request)
    {
        var start = (Environment.CurrentManagedThreadId * Apart) + ++_looked;
        // The newest has more places than all others together.
        for (var segment = Volatile.Read(ref _newest); !TryAdd(segment, request, start);)
        {
            segment = segment.Next();
            Volatile.Write(ref _newest, segment);
        }
    }

    private static bool TryAdd(Segment segment, AttemptInvoker request, int start)
    {
        var (places, mask) = (segment.Places, segment.Places.Length - 1);
        // All of it before the next one: each is twice as large, and whoever grew for every few places would soon have all memory.
        for (var probe = 0; probe < places.Length; probe++)
        {
            ref var place = ref places[(start + probe) & mask];
            if (place is null && Interlocked.CompareExchange(ref place, request, null) is null)
            {
                (request.Places, request.Place) = (places, (start + probe) & mask);
                return true;
            }
        }

        return false;
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
