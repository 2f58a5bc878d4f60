using System.Collections.Immutable;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Attempts;

/// <summary>
/// What is known of one route of a pool: what is special about it, how long its answers usually take at each backend, and from when on silence is
/// unusual. Read by every request; the thresholds are worked out now and then by the watch.
/// </summary>
internal sealed class RouteWatch(string id, FailoverRouteOptions options, HedgingOptions hedging)
{
    private ImmutableArray<Lane> _lanes = [];
    private long _slowAfter = long.MaxValue;

    public string Id => id;

    public FailoverRouteOptions Options => options;

    public ImmutableArray<Lane> Lanes => _lanes;

    /// <summary>From when on an attempt is silent for longer than the route is used to; never, while that is not known. In ticks of 100 ns.</summary>
    public TimeSpan SlowAfter => new(Interlocked.Read(ref _slowAfter));

    public Lane LaneOf(Backend backend)
    {
        foreach (var lane in _lanes)
        {
            if (ReferenceEquals(lane.Backend, backend))
            {
                return lane;
            }
        }

        return Add(backend);
    }

    /// <summary>Whether another backend has answered such a request in time since then.</summary>
    public bool AnsweredBesides(Backend backend, long since)
    {
        foreach (var lane in _lanes)
        {
            if (!ReferenceEquals(lane.Backend, backend) && lane.LastInTime >= since)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The watch's: learns what is usual from the answers of late.</summary>
    public void Learn(HedgingOptions hedging, StallOptions stall)
    {
        TimeSpan? usual = null;
        foreach (var lane in _lanes)
        {
            usual = lane.Learn(hedging, stall.MinSamples) is { } known && (usual is null || known > usual) ? known : usual;
        }

        var slow = usual is { } time ? Larger(time * stall.Multiple, stall.Floor) : TimeSpan.MaxValue;
        Interlocked.Exchange(ref _slowAfter, options.Slow || stall.Attempts == 0 ? long.MaxValue : slow.Ticks);
    }

    private static TimeSpan Larger(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private Lane Add(Backend backend)
    {
        var made = new Lane(this, backend, hedging);
        return ImmutableInterlocked.Update(ref _lanes, lanes => lanes.Any(lane => ReferenceEquals(lane.Backend, backend)) ? lanes : lanes.Add(made))
            ? made
            : LaneOf(backend);
    }
}

/// <summary>One route at one backend.</summary>
internal sealed class Lane(RouteWatch route, Backend backend, HedgingOptions atFirst)
{
    private readonly RecentLatency _recent = new();
    private long _hedgeAfter = After(atFirst, usual: null).Ticks;
    private long _lastInTime = long.MinValue;
    private long _silent;
    private long _silentSince;
    private long _lastSilent;

    public RouteWatch Route => route;

    public Backend Backend => backend;

    /// <summary>When a hedge starts.</summary>
    public TimeSpan HedgeAfter => new(Interlocked.Read(ref _hedgeAfter));

    /// <summary>The timestamp of the latest answer that came in time.</summary>
    public long LastInTime => Volatile.Read(ref _lastInTime);

    /// <summary>How many attempts have been silent for too long since one was last answered in time.</summary>
    public long Silent => Volatile.Read(ref _silent);

    /// <summary>The timestamp at which the first of them began.</summary>
    public long SilentSince => Volatile.Read(ref _silentSince);

    /// <summary>The timestamp at which an attempt was last seen to be silent.</summary>
    public long LastSilent => Volatile.Read(ref _lastSilent);

    /// <summary>An attempt was answered well.</summary>
    /// <returns>Whether that ends a silence.</returns>
    public bool Answered(TimeSpan took, long now)
    {
        _recent.Record(took);
        if (took > route.SlowAfter)
        {
            return false;
        }

        Volatile.Write(ref _lastInTime, now);
        // Read first: on a healthy backend this line of memory stays shared between the cores.
        return Volatile.Read(ref _silent) != 0 && Interlocked.Exchange(ref _silent, 0) != 0;
    }

    /// <summary>The watch's: one more attempt is silent for too long.</summary>
    public void NoteSilence(long began, long now)
    {
        if (Volatile.Read(ref _silent) == 0)
        {
            Volatile.Write(ref _silentSince, began);
        }

        Volatile.Write(ref _lastSilent, now);
        Interlocked.Increment(ref _silent);
    }

    /// <summary>
    /// An attempt is still silent, or was when its hedge was answered. A silence has lasted until then and no longer: where nobody asks, nobody is silent.
    /// </summary>
    public void NoteStillSilent(long now)
    {
        if (Volatile.Read(ref _silent) != 0)
        {
            Volatile.Write(ref _lastSilent, now);
        }
    }

    /// <summary>
    /// An attempt was overtaken by its hedge. Where a row has begun, it belongs to it although it was not yet silent for too long: else the hedges, which begin with
    /// the suspicion, would hide the hang that they help to prove. It never begins a row.
    /// </summary>
    /// <param name="isNoted">It is in the row already.</param>
    public void NoteOvertaken(bool isNoted, long now)
    {
        NoteStillSilent(now);
        if (!isNoted && Volatile.Read(ref _silent) != 0)
        {
            Interlocked.Increment(ref _silent);
        }
    }

    public TimeSpan? Learn(HedgingOptions hedging, int minimum)
    {
        var usual = _recent.Quantile(hedging.Quantile, minimum);
        Interlocked.Exchange(ref _hedgeAfter, After(hedging, usual).Ticks);
        return usual;
    }

    private static TimeSpan After(HedgingOptions hedging, TimeSpan? usual) => (hedging.Mode, usual) switch
    {
        (HedgingMode.Off, _) => TimeSpan.MaxValue,
        (HedgingMode.Fixed, _) => hedging.Delay,
        (_, { } time) => TimeSpan.FromTicks(Math.Clamp((time * hedging.Multiple).Ticks, hedging.Floor.Ticks, hedging.Ceiling.Ticks)),
        _ => hedging.Ceiling,
    };
}
