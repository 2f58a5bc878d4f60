namespace Gateway.Core;

/// <summary>The name of a pool; equal to the id of the YARP cluster behind which its backends stand.</summary>
public readonly record struct PoolId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>The name of a backend; equal to the id of its YARP destination. Unique inside its pool.</summary>
public readonly record struct BackendId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>
/// The number of a pool's verdict. It starts at 1, grows by one at every change of the active backend, never goes back,
/// and serves as the fencing token.
/// </summary>
public readonly record struct Epoch(long Number)
{
    public static readonly Epoch First = new(1);

    public Epoch Next => new(Number + 1);

    public override string ToString() => Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>
/// A point on the monotonic time line of one process, in ticks of 100 ns. Its zero means nothing; only differences do.
/// Events from before the process started, which come out of the journal, lie below its zero.
/// </summary>
public readonly record struct Instant(long Ticks) : IComparable<Instant>
{
    public static Instant operator +(Instant at, TimeSpan span) => new(at.Ticks + span.Ticks);

    public static TimeSpan operator -(Instant later, Instant earlier) => new(later.Ticks - earlier.Ticks);

    public static bool operator <(Instant a, Instant b) => a.Ticks < b.Ticks;

    public static bool operator >(Instant a, Instant b) => a.Ticks > b.Ticks;

    public static bool operator <=(Instant a, Instant b) => a.Ticks <= b.Ticks;

    public static bool operator >=(Instant a, Instant b) => a.Ticks >= b.Ticks;

    public static Instant Earliest(Instant a, Instant b) => a < b ? a : b;

    public static Instant Latest(Instant a, Instant b) => a > b ? a : b;

    public int CompareTo(Instant other) => Ticks.CompareTo(other.Ticks);

    public override string ToString() => $"{Ticks / TimeSpan.TicksPerMillisecond}ms";
}

/// <summary>How many requests a pool has seen so far, as an observer counted them at one moment. Only differences mean anything.</summary>
/// <param name="Requests">Requests that ended, whatever their end.</param>
/// <param name="Failed">Of these, the ones whose client got no good answer through a backend's fault.</param>
/// <param name="Rescued">Of these, the ones that failed at one backend and were answered well by another.</param>
public readonly record struct Tally(long Requests, long Failed, long Rescued)
{
    public static Tally operator -(Tally later, Tally earlier) =>
        new(later.Requests - earlier.Requests, later.Failed - earlier.Failed, later.Rescued - earlier.Rescued);
}
