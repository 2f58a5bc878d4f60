using Gateway.Core;

namespace Gateway.Failover.Engine;

/// <summary>How a request ended, as its client saw it. Every request has exactly one end.</summary>
internal enum RequestEnd
{
    Ok,

    /// <summary>Failed at one backend, answered well by another.</summary>
    Rescued,

    /// <summary>The client got no good answer, through a backend's fault.</summary>
    Failed,

    /// <summary>The client went away, or what it sent was at fault.</summary>
    Aborted,
}

/// <summary>The exact counts of a pool's requests.</summary>
internal sealed class PoolCounters
{
    private long _ok;
    private long _rescued;
    private long _failed;
    private long _aborted;

    public Tally Tally
    {
        get
        {
            var (rescued, failed) = (Interlocked.Read(ref _rescued), Interlocked.Read(ref _failed));
            return new Tally(Interlocked.Read(ref _ok) + rescued + failed + Interlocked.Read(ref _aborted), failed, rescued);
        }
    }

    public void Count(RequestEnd end) => Interlocked.Increment(ref Of(end));

    public long Read(RequestEnd end) => Interlocked.Read(ref Of(end));

    private ref long Of(RequestEnd end)
    {
        switch (end)
        {
            case RequestEnd.Ok: return ref _ok;
            case RequestEnd.Rescued: return ref _rescued;
            case RequestEnd.Failed: return ref _failed;
            default: return ref _aborted;
        }
    }
}

/// <summary>How an attempt ended.</summary>
internal enum AttemptEnd
{
    Good,
    Connect,
    Timeout,
    Broken,
    Status,
    ClientLeft,
}

/// <summary>The exact counts of one backend's attempts, and its latest probe.</summary>
internal sealed class Backend(string id)
{
    private readonly long[] _ends = new long[Enum.GetValues<AttemptEnd>().Length];
    private long _streak;
    private long _inFlight;
    private LastProbe? _probe;

    public string Id => id;

    public long InFlight => Interlocked.Read(ref _inFlight);

    public LastProbe? Probe
    {
        get => Volatile.Read(ref _probe);
        set => Volatile.Write(ref _probe, value);
    }

    public long Read(AttemptEnd end) => Interlocked.Read(ref _ends[(int)end]);

    public void Begin() => Interlocked.Increment(ref _inFlight);

    public void Finish() => Interlocked.Decrement(ref _inFlight);

    public void Count(AttemptEnd end) => Interlocked.Increment(ref _ends[(int)end]);

    /// <summary>Counts a failure and says how many have come in a row.</summary>
    public long CountFailure(AttemptEnd end)
    {
        Count(end);
        return Interlocked.Increment(ref _streak);
    }

    /// <summary>An answer was delivered whole: the row of failures is over.</summary>
    public void EndStreak()
    {
        // Read first: on a healthy backend this line of memory stays shared between the cores.
        if (Interlocked.Read(ref _streak) != 0)
        {
            Interlocked.Exchange(ref _streak, 0);
        }
    }
}

/// <summary>The latest probe of a backend.</summary>
internal sealed record LastProbe(DateTimeOffset At, bool Passed, TimeSpan Took);
