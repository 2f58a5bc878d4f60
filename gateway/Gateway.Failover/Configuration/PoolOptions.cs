using Gateway.Core;

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

    /// <summary>When the pool returns to a backend that it prefers.</summary>
    public FailbackOptions Failback { get; set; } = new();
}

/// <summary>Probes: each backend on its own clock, so that a hung one delays nobody.</summary>
public sealed class ProbeOptions
{
    /// <summary>The path that is requested with GET. It is appended to the destination's <c>Health</c> address if that is set, else to its <c>Address</c>.</summary>
    public string Path { get; set; } = "/health";

    /// <summary>From the start of one probe to the start of the next.</summary>
    [Allowed("10ms", "1h")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The same while a backend is suspected or was never judged. At most <c>Interval</c>.</summary>
    [Allowed("10ms", "1h")]
    public TimeSpan FastInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long an answer may take, connecting included.</summary>
    [Allowed("10ms", "1m")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Failed probes in a row that take a backend down.</summary>
    [Allowed("1", "100")]
    public int Fall { get; set; } = 2;

    /// <summary>Passed probes in a row that bring a backend back.</summary>
    [Allowed("1", "100")]
    public int Rise { get; set; } = 2;

    /// <summary>By how much an interval varies at random, up or down, as a part of itself.</summary>
    [Allowed("0", "0.5")]
    public double Jitter { get; set; } = 0.1;
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
}

/// <summary>How often, and for how long, a client's request is tried.</summary>
public sealed class AttemptOptions
{
    /// <summary>Attempts per request, the first one included. 1 switches retries off.</summary>
    [Allowed("1", "10")]
    public int Max { get; set; } = 3;

    /// <summary>
    /// How long an attempt may be silent before the next backend is tried. It cuts only requests that may be repeated and have a
    /// backend left; the last attempt, and a POST, wait for as long as YARP's <c>ActivityTimeout</c> lets them.
    /// </summary>
    [Allowed("10ms", "10m")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether clients are told which backend answered, and at which attempt (<c>X-Failover-Backend</c>, <c>X-Failover-Attempts</c>).</summary>
    public bool ResponseHeaders { get; set; } = true;
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
