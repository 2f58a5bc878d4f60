using System.Collections.Concurrent;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Attempts;

/// <summary>What the attempts of a pool's requests share.</summary>
internal sealed class PoolAttempts(PoolCounters counters)
{
    private readonly long[] _rescued = new long[Enum.GetValues<RescueReason>().Length];
    private readonly long[] _resumptions = new long[Enum.GetValues<ResumptionKind>().Length * 2];
    private ConcurrentDictionary<string, RouteWatch> _routes = new(StringComparer.OrdinalIgnoreCase);
    private long _hedgesWon;
    private long _hedgesLost;
    private long _poison;

    public BudgetMeter Budget { get; } = new(counters);

    public HoldQueue Hold { get; } = new();

    public OpenStreams Streams { get; } = new();

    public IEnumerable<RouteWatch> Routes => _routes.Select(entry => entry.Value);

    public long HedgesWon => Interlocked.Read(ref _hedgesWon);

    public long HedgesLost => Interlocked.Read(ref _hedgesLost);

    /// <summary>Requests that failed the same way wherever they were tried.</summary>
    public long Poison => Interlocked.Read(ref _poison);

    public RouteWatch RouteOf(string id, PoolSetup setup) =>
        _routes.TryGetValue(id, out var route) ? route : _routes.GetOrAdd(id, static (id, setup) => new RouteWatch(id, setup.OfRoute(id), setup.Options.Hedging), setup);

    public long Rescued(RescueReason reason) => Interlocked.Read(ref _rescued[(int)reason]);

    public void CountRescue(RescueReason reason) => Interlocked.Increment(ref _rescued[(int)reason]);

    public void CountHedge(bool won) => Interlocked.Increment(ref won ? ref _hedgesWon : ref _hedgesLost);

    public long Resumptions(ResumptionKind kind, bool succeeded) => Interlocked.Read(ref _resumptions[Index(kind, succeeded)]);

    public void CountResumption(ResumptionKind kind, bool succeeded) => Interlocked.Increment(ref _resumptions[Index(kind, succeeded)]);

    public void CountPoison() => Interlocked.Increment(ref _poison);

    private static int Index(ResumptionKind kind, bool succeeded) => ((int)kind * 2) + (succeeded ? 1 : 0);

    /// <summary>The configuration has changed: what is special about a route may have too. What is usual is learned anew within seconds.</summary>
    public void Forget() => _routes = new(StringComparer.OrdinalIgnoreCase);
}

/// <summary>From what a request was rescued.</summary>
internal enum RescueReason
{
    Connect,
    Timeout,
    Broken,
    Status,

    /// <summary>Its backend was suspected and silent, and a hedge answered.</summary>
    Silent,

    /// <summary>Its backend was taken down while it waited there.</summary>
    Verdict,

    /// <summary>Its answer broke off and was continued elsewhere.</summary>
    BrokeOff,
}

/// <summary>What was continued elsewhere after it broke off.</summary>
internal enum ResumptionKind
{
    Download,
    Events,
}
