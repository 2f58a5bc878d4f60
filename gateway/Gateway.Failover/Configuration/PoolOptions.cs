using Gateway.Core;
using Gateway.Core.Attempts;

namespace Gateway.Failover.Configuration;

/// <summary>One pool: the order of preference of its backends, and how they are watched, tried and returned to.</summary>
public sealed class PoolOptions
{
    /// <summary>
    /// The destinations of the cluster in order of preference. Each entry is a destination's id, or a list of ids of equal priority.
    /// Required; every destination of the cluster stands in exactly one tier.
    /// </summary>
    public List<List<string>> Tiers { get; set; } = [];

    /// <summary>The health requests that the gateway sends.</summary>
    public ProbeOptions Probe { get; set; } = new();

    /// <summary>What live requests say about a backend.</summary>
    public JudgingOptions Judging { get; set; } = new();

    /// <summary>How often, and for how long, a client's request is tried.</summary>
    public AttemptOptions Attempts { get; set; } = new();

    /// <summary>Second attempts that start while the first is still silent.</summary>
    public HedgingOptions Hedging { get; set; } = new();

    /// <summary>What retries and hedges together may cost.</summary>
    public BudgetOptions Budget { get; set; } = new();

    /// <summary>Requests that wait for a backend while none can serve.</summary>
    public HoldOptions Hold { get; set; } = new();

    /// <summary>
    /// What a backend that is not active may get by retries, hedges and detours: <c>Any</c> everything, <c>Safe</c> GET, HEAD and OPTIONS,
    /// <c>None</c> nothing.
    /// </summary>
    public StandbyPolicy Standby { get; set; } = StandbyPolicy.Any;

    /// <summary>
    /// What becomes of WebSockets, gRPC calls and event streams at a backend that the pool has left: <c>Finish</c>, they go on until one side ends
    /// them; <c>Close</c>, they are closed at once, so that clients connect anew.
    /// </summary>
    public StreamPolicy Streams { get; set; } = StreamPolicy.Finish;

    /// <summary>When the pool returns to a backend that it prefers.</summary>
    public FailbackOptions Failback { get; set; } = new();
}

/// <summary>What live requests say about a backend.</summary>
public sealed class JudgingOptions
{
    /// <summary>Failed attempts in a row that eject a backend.</summary>
    [Allowed("1", "1000")]
    public int FailureStreak { get; set; } = 3;

    /// <summary>How long an ejected backend stays down although its probe passes.</summary>
    [Allowed("100ms", "1h")]
    public TimeSpan EjectionTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Answers with these statuses are failures: they are retried where that is allowed, and they count against the backend.</summary>
    [Allowed("400", "599")]
    public List<int> FailureStatuses { get; set; } = [500, 502, 503, 504];

    /// <summary>Noticing a hang before any timeout does.</summary>
    public StallOptions Stall { get; set; } = new();
}

/// <summary>
/// Noticing a hang before any timeout does: several attempts of one route in a row get no answer in the time that the route is used to, while another
/// backend answers such requests. Streams, upgrades and routes marked <c>Slow</c> are exempt.
/// </summary>
public sealed class StallOptions
{
    /// <summary>Silent attempts in a row, without one that was answered in time, that make a stall. 0 switches stall detection off.</summary>
    [Allowed("0", "1000")]
    public int Attempts { get; set; } = 5;

    /// <summary>An attempt is silent for too long beyond this many times what its route usually takes (its 95th percentile) ...</summary>
    [Allowed("1", "100")]
    public double Multiple { get; set; } = 5;

    /// <summary>... but never before this time.</summary>
    [Allowed("5ms", "1m")]
    public TimeSpan Floor { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How many answers of a route have to be known before it has a usual time.</summary>
    [Allowed("10", "10000")]
    public int MinSamples { get; set; } = 50;

    /// <summary>How long the silence has to last before it takes the backend down. Longer than the pauses of its runtime.</summary>
    [Allowed("10ms", "1m")]
    public TimeSpan Time { get; set; } = TimeSpan.FromMilliseconds(150);

    /// <summary>How long after a change of the active backend silence is forgiven: a standby may be cold.</summary>
    [Allowed("0ms", "10m")]
    public TimeSpan Disarm { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>When the pool returns to a backend that it prefers over the active one.</summary>
public sealed class FailbackOptions
{
    /// <summary><c>Automatic</c>: by itself, after the stable time. <c>Manual</c>: on an operator's command. <c>Never</c>: not even then.</summary>
    public FailbackMode Mode { get; set; } = FailbackMode.Automatic;

    /// <summary>How long the preferred backend has to be up without a doubt before traffic returns to it.</summary>
    [Allowed("0ms", "24h")]
    public TimeSpan StableTime { get; set; } = TimeSpan.FromSeconds(30);
}
