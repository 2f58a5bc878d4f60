using Gateway.Core;
using Gateway.Failover.Attempts;
using Gateway.Failover.Attempts.Upstream;

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

    /// <summary>Another attempt of the same request was faster.</summary>
    Lost,

    /// <summary>Ended because its backend was taken down meanwhile.</summary>
    Cut,
}

/// <summary>The exact counts of one backend's attempts, and its latest probe.</summary>
internal sealed class Backend(string id)
{
    private readonly long[] _ends = new long[Enum.GetValues<AttemptEnd>().Length];
    private long _streak;
    private long _inFlight;
    private LastProbe? _probe;
    private BackendClient? _client;
    private int _refusing;
    private long _revivals;
    private long _blamed;
    private long _slow;
    private long _comebacks;
    private int _onTrial;

    public string Id => id;

    /// <summary>The way to it; null until the first request or probe.</summary>
    public BackendClient? Client
    {
        get => Volatile.Read(ref _client);
        set => Volatile.Write(ref _client, value);
    }

    /// <summary>How often there was a sign that it takes requests again. Whoever has failed there knows by it whether another try is worth anything.</summary>
    public long Revivals => Interlocked.Read(ref _revivals);

    public void Revive() => Interlocked.Increment(ref _revivals);

    /// <summary>Nobody listens at its address, as the connection watch has just seen.</summary>
    public bool Refusing
    {
        get => Volatile.Read(ref _refusing) == 1;
        set => Volatile.Write(ref _refusing, value ? 1 : 0);
    }

    /// <summary>Attempts that say something about it: answered, well or badly, or failed. Not those whose client left or that another overtook.</summary>
    public long Judged =>
        Read(AttemptEnd.Good) + Read(AttemptEnd.Connect) + Read(AttemptEnd.Timeout) + Read(AttemptEnd.Broken) + Read(AttemptEnd.Status);

    /// <summary>Attempts that count against it.</summary>
    public long Blamed => Interlocked.Read(ref _blamed);

    /// <summary>Attempts that were answered well, but late.</summary>
    public long Slow => Interlocked.Read(ref _slow);

    /// <summary>How often it has come up after it was down.</summary>
    public long Comebacks => Interlocked.Read(ref _comebacks);

    public void CountSlow() => Interlocked.Increment(ref _slow);

    public void ComeBack()
    {
        EndStreak();
        Interlocked.Increment(ref _comebacks);
    }

    /// <summary>One trial at a time.</summary>
    public bool TryBeginTrial() => Interlocked.CompareExchange(ref _onTrial, 1, 0) == 0;

    public void EndTrial() => Volatile.Write(ref _onTrial, 0);

    /// <summary>What its attempts came to of late; the watch's.</summary>
    public OutcomeWindow Outcomes { get; } = new();

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

    /// <summary>One more failed attempt that is the backend's fault. Says how many have come in a row.</summary>
    public long AddToStreak()
    {
        Interlocked.Increment(ref _blamed);
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
