namespace Gateway.Failover.Configuration;

/// <summary>What live requests say about a backend.</summary>
public sealed class JudgingOptions
{
    /// <summary>Failed attempts in a row that eject a backend.</summary>
    [Allowed("1", "1000")]
    public int FailureStreak { get; set; } = 3;

    /// <summary>The same where the last of them was answered, with one of <c>FailureStatuses</c>. 0: as many as <c>FailureStreak</c>.</summary>
    [Allowed("0", "1000")]
    public int StatusStreak { get; set; }

    /// <summary>The share of failed attempts within <c>RatioWindow</c> that ejects a backend. 0 switches the rule off.</summary>
    [Allowed("0", "1")]
    public double FailureRatio { get; set; } = 0.5;

    /// <summary>The share of answers slower than <c>SlowAfter</c> within <c>RatioWindow</c> that ejects a backend. 0 switches the rule off.</summary>
    [Allowed("0", "1")]
    public double SlowRatio { get; set; }

    /// <summary>From when on an answer is slow. Streams, upgrades, requests with a body and routes marked <c>Slow</c> are exempt.</summary>
    [Allowed("1ms", "10m")]
    public TimeSpan SlowAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Attempts that the window has to hold before either share means anything.</summary>
    [Allowed("1", "1000000")]
    public int RatioAttempts { get; set; } = 20;

    /// <summary>How far back the shares look.</summary>
    [Allowed("1s", "10m")]
    public TimeSpan RatioWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a backend is ejected for the first time. Every repeat doubles it, up to <c>EjectionLimit</c>.</summary>
    [Allowed("100ms", "1h")]
    public TimeSpan EjectionTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest ejection. At least <c>EjectionTime</c>; where only that is set, and is longer than the default, it is the limit too.</summary>
    [Allowed("100ms", "24h")]
    public TimeSpan EjectionLimit { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>For so long a backend has to be up for one of its ejections to be forgotten.</summary>
    [Allowed("1s", "24h")]
    public TimeSpan EjectionMemory { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The share of a tier that may be ejected while no other tier could take over. The last backend that can serve never is.</summary>
    [Allowed("0", "1")]
    public double MaxEjected { get; set; } = 0.5;

    /// <summary>
    /// Trial requests in a row that have to be answered well before an ejected backend is up again. A trial is a client's GET, HEAD or OPTIONS; if it fails
    /// there, it is answered by another backend. 0: its probe is enough.
    /// </summary>
    [Allowed("0", "100")]
    public int Trials { get; set; } = 5;

    /// <summary>After so long without a trial, because nobody asks for anything that may be tried, the probe is enough.</summary>
    [Allowed("1s", "24h")]
    public TimeSpan TrialTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a backend that was ejected gets less than its share of its tier's requests after it came back. 0ms: not at all.</summary>
    [Allowed("0ms", "1h")]
    public TimeSpan SlowStart { get; set; } = TimeSpan.FromSeconds(10);

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
