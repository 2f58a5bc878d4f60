namespace Gateway.Failover.Configuration;

/// <summary>How often, and for how long, a client's request is tried.</summary>
public sealed class AttemptOptions
{
    /// <summary>Attempts per request, the first one and hedges included. 1 switches retries and hedges off.</summary>
    [Allowed("1", "10")]
    public int Max { get; set; } = 3;

    /// <summary>
    /// How long connecting may take before the next backend is tried, whatever the method: nothing was sent. It is known of requests that have a
    /// content or an effect; of the others <c>Timeout</c> covers it.
    /// </summary>
    [Allowed("10ms", "1m")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long an attempt may be silent before the next backend is tried. It cuts only requests that may be repeated and have a
    /// backend left; the last attempt, and a POST, wait until <c>Deadline</c>.
    /// </summary>
    [Allowed("10ms", "10m")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the body of a download that can be continued elsewhere may be silent before it is. All other bodies may be silent for as long as
    /// the cluster's <c>HttpRequest:ActivityTimeout</c> lets them.
    /// </summary>
    [Allowed("10ms", "10m")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// From a request's arrival to the first byte of its answer, all attempts and waiting included; then it is answered with 504. Left at its default,
    /// it is the cluster's <c>HttpRequest:ActivityTimeout</c> where that is set.
    /// </summary>
    [Allowed("100ms", "1h")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>
    /// How many bytes of one request's body are kept so that it can be sent again. A longer body has one attempt once it was possibly sent.
    /// 0 keeps none.
    /// </summary>
    [Allowed("0", "1073741824")]
    public int ReplayBytes { get; set; } = 1_048_576;

    /// <summary>Whether clients are told which backend answered, and at which attempt (<c>X-Failover-Backend</c>, <c>X-Failover-Attempts</c>).</summary>
    public bool ResponseHeaders { get; set; } = true;
}

/// <summary>
/// Hedges: when an attempt of a GET, HEAD or OPTIONS is silent for longer than usual, a second one starts at the next backend, and the first good
/// answer wins. Inside a tier always; at another tier only while the active backend is suspected.
/// </summary>
public sealed class HedgingOptions
{
    /// <summary><c>Adaptive</c>: after a multiple of what the route usually takes at that backend. <c>Fixed</c>: after <c>Delay</c>. <c>Off</c>: never.</summary>
    public HedgingMode Mode { get; set; } = HedgingMode.Adaptive;

    /// <summary>When a hedge starts in <c>Fixed</c> mode.</summary>
    [Allowed("1ms", "1m")]
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Which share of a route's recent answers at the backend came sooner than what is called usual.</summary>
    [Allowed("0.5", "0.999")]
    public double Quantile { get; set; } = 0.95;

    /// <summary>In <c>Adaptive</c> mode a hedge starts after this many times the usual.</summary>
    [Allowed("1", "100")]
    public double Multiple { get; set; } = 3;

    /// <summary>The soonest that an <c>Adaptive</c> hedge starts.</summary>
    [Allowed("1ms", "1m")]
    public TimeSpan Floor { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The latest that an <c>Adaptive</c> hedge starts, and when it does where nothing is known of the route yet.</summary>
    [Allowed("1ms", "1m")]
    public TimeSpan Ceiling { get; set; } = TimeSpan.FromSeconds(1);
}

/// <summary>When a hedge starts.</summary>
public enum HedgingMode
{
    /// <summary>Never.</summary>
    Off,

    /// <summary>After a fixed delay.</summary>
    Fixed,

    /// <summary>After a multiple of what is usual.</summary>
    Adaptive,
}

/// <summary>
/// What retries and hedges together may cost: a token bucket that each request fills a little and each extra attempt empties by one. It holds what
/// ten seconds of requests put in, so that the first instants of an outage are rescued whole and a long one does not double the load.
/// </summary>
public sealed class BudgetOptions
{
    /// <summary>Extra attempts that one request pays for.</summary>
    [Allowed("0", "10")]
    public double Share { get; set; } = 0.2;

    /// <summary>What the full bucket holds at least.</summary>
    [Allowed("0", "100000")]
    public int Floor { get; set; } = 10;
}

/// <summary>Requests that wait, in order, while no backend can take them.</summary>
public sealed class HoldOptions
{
    /// <summary>
    /// How long a request waits for a backend before it is answered with 503, whose <c>Retry-After</c> is the interval of the probes. 0ms answers at once.
    /// </summary>
    [Allowed("0ms", "10m")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many requests of the pool may wait at a time. What comes on top is answered with 503 at once.</summary>
    [Allowed("0", "1000000")]
    public int Max { get; set; } = 5_000;
}

/// <summary>What becomes of long-lived streams at a backend that the pool has left.</summary>
public enum StreamPolicy
{
    /// <summary>They go on until one side ends them.</summary>
    Finish,

    /// <summary>They are closed at once.</summary>
    Close,
}

/// <summary>What is special about one route.</summary>
public sealed class FailoverRouteOptions
{
    /// <summary>
    /// Whether an answer that breaks off is continued from another backend: downloads with a strong <c>ETag</c> by <c>Range</c> and <c>If-Range</c>,
    /// event streams by <c>Last-Event-ID</c>. The backends must give the same bytes under the same <c>ETag</c>, and know each other's event ids.
    /// </summary>
    public bool Resume { get; set; }

    /// <summary>Whether a POST or PATCH with an <c>Idempotency-Key</c> may be repeated like a PUT. The backends must honour the key together.</summary>
    public bool IdempotencyKey { get; set; }

    /// <summary>Whether answers of this route take their time: no hang is ever concluded from its silence, and nothing is hedged.</summary>
    public bool Slow { get; set; }
}

/// <summary>Copies of request bodies, kept so that they can be sent again.</summary>
public sealed class ReplayOptions
{
    /// <summary>How many bytes are kept at a time, all requests of all pools together. Bodies beyond have one attempt.</summary>
    [Allowed("0", "68719476736")]
    public long TotalBytes { get; set; } = 64 * 1_048_576;
}
