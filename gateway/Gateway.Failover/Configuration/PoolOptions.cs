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

    /// <summary>
    /// How many backends of a tier have to be fit for it to be active: a number such as <c>2</c>, or a share of those in service such as <c>60%</c>. Where no
    /// tier has as many, the active one stays as long as anybody of it can serve.
    /// </summary>
    public string TierMinimum { get; set; } = "1";

    /// <summary>
    /// How much of its load the active tier is trusted to carry beyond what it carries when all of it is fit; what is more spills over to the next tier.
    /// With 1.4, a tier of four carries everything with three backends, and 70 % with two. 0: nothing ever spills over. Allowed besides 0 is 1 to 10; needs
    /// <c>Standby: Any</c>.
    /// </summary>
    [Allowed("0", "10")]
    public double SpillOver { get; set; }

    /// <summary>What is special about single backends, by their ids.</summary>
    public Dictionary<string, BackendOptions> Backends { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Whether what is decided is done. With <c>false</c> the pool judges without acting, a dry run: requests follow the order of preference and the
    /// operators' words only, and the events say what would have been done.
    /// </summary>
    public bool Enforced { get; set; } = true;

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

    /// <summary>The same with other tiers. This one may be the application's own and stays as it is.</summary>
    internal PoolOptions WithTiers(List<List<string>> tiers)
    {
        var copy = (PoolOptions)MemberwiseClone();
        copy.Tiers = tiers;
        return copy;
    }
}

/// <summary>When the pool returns to a backend that it prefers over the active one.</summary>
public sealed class FailbackOptions
{
    /// <summary><c>Automatic</c>: by itself, after the stable time. <c>Manual</c>: on an operator's command. <c>Never</c>: not even then.</summary>
    public FailbackMode Mode { get; set; } = FailbackMode.Automatic;

    /// <summary>How long the preferred backend has to be up without a doubt before traffic returns to it.</summary>
    [Allowed("0ms", "24h")]
    public TimeSpan StableTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The least time from one change to a failback that the pool makes by itself, however long the preferred backend has been up.</summary>
    [Allowed("0ms", "24h")]
    public TimeSpan MinTimeBetweenChanges { get; set; } = TimeSpan.Zero;

    /// <summary>
    /// Changes that a pool may make by itself within an hour. Then its verdict rests until the hour is over or an operator releases it; requests still go
    /// to whoever can serve. The last of them is kept for a failover. 0: any number.
    /// </summary>
    [Allowed("0", "10000")]
    public int MaxChangesPerHour { get; set; } = 12;
}

/// <summary>What is special about one backend of a pool.</summary>
public sealed class BackendOptions
{
    /// <summary>How much of its tier's requests it gets, compared with the others of the tier: 200 gets twice as many as 100.</summary>
    [Allowed("1", "1000")]
    public int Weight { get; set; } = 100;
}
