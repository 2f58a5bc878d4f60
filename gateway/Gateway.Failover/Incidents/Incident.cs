namespace Gateway.Failover.Incidents;

/// <summary>
/// What is told of an incident, and what its file keeps: the field names are the contract of <c>docs/reference/operator-api.md</c>, and a file
/// that an older gateway wrote lacks some of them at most.
/// </summary>
internal sealed record Incident
{
    /// <summary>Grows by one, over all pools and over restarts.</summary>
    public required long Id { get; init; }

    public required string Pool { get; init; }

    public IncidentKind Kind { get; init; }

    public IncidentEnd End { get; init; }

    /// <summary>The first bad signal.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it was over; the last that is known of it where the gateway stopped before; null while it is open.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    public double DurationMs { get; init; }

    /// <summary>Why, in one plain sentence.</summary>
    public string Cause { get; init; } = string.Empty;

    /// <summary>What it was, in one plain sentence.</summary>
    public string Sentence { get; init; } = string.Empty;

    /// <summary>The active backend changed meanwhile.</summary>
    public bool Moved { get; init; }

    /// <summary>From the first bad signal to the verdict of the first failover; null without one.</summary>
    public double? DetectionMs { get; init; }

    /// <summary>From that verdict, or the first request after it, to the first good answer of the new backend.</summary>
    public double? FailoverMs { get; init; }

    public IncidentCounts Counts { get; init; } = new(0, 0, 0, 0, 0);

    /// <summary>The longest that a request took which ended meanwhile; streams and upgraded connections are left out.</summary>
    public double? LongestWaitMs { get; init; }

    /// <summary>How long nobody got a good answer; <c>docs/operating/incidents.md</c> says how it is counted.</summary>
    public double UnavailableMs { get; init; }

    public IncidentLatency Latency { get; init; } = new(Before: null, During: null, After: null);

    /// <summary>In the order of time.</summary>
    public IReadOnlyList<IncidentMoment> Timeline { get; init; } = [];

    /// <summary>What each backend was found to be, the worst of it.</summary>
    public IReadOnlyList<IncidentFinding> Findings { get; init; } = [];

    /// <summary>Every sentence that was said of the pool meanwhile, in order.</summary>
    public IReadOnlyList<IncidentSentence> Evidence { get; init; } = [];

    /// <summary>Sentences beyond the bound.</summary>
    public long EvidenceLeftOut { get; init; }
}

internal enum IncidentKind
{
    /// <summary>A suspicion that was unfounded.</summary>
    Suspicion,

    /// <summary>A backend of the active tier went down, and the others of the tier went on.</summary>
    Partial,

    /// <summary>Another tier took over.</summary>
    Failover,

    /// <summary>At some time nobody could take over.</summary>
    Outage,
}

internal enum IncidentEnd
{
    Open,

    Steady,

    /// <summary>The gateway stopped before it was over.</summary>
    GatewayStopped,

    /// <summary>The pool was taken out of the configuration before it was over.</summary>
    PoolRemoved,
}

internal enum IncidentMomentKind
{
    FirstSignal,
    Suspicion,
    Verdict,
    Exhausted,
    FirstGoodAnswer,
    LastError,
    Steady,
    Stopped,
}

/// <param name="AfterMs">Since the first signal.</param>
/// <param name="Epoch">Of a verdict.</param>
internal sealed record IncidentMoment(IncidentMomentKind Kind, DateTimeOffset At, double AfterMs, long? Epoch, string Sentence);

internal sealed record IncidentFinding(string Backend, string Health, string Cause, string Sentence);

internal sealed record IncidentSentence(DateTimeOffset At, string Kind, string Sentence);

/// <summary>What the pool's counters grew by from the first signal to the end.</summary>
/// <param name="Hedged">Hedges that came to an end.</param>
/// <param name="Held">Times a request had to wait for a backend.</param>
internal sealed record IncidentCounts(long Requests, long Failed, long Rescued, long Hedged, long Held);

/// <summary>How long requests took.</summary>
/// <param name="Before">In the minute before the first signal.</param>
/// <param name="After">In the five seconds after the end.</param>
internal sealed record IncidentLatency(IncidentQuantiles? Before, IncidentQuantiles? During, IncidentQuantiles? After);

internal sealed record IncidentQuantiles(double P50Ms, double P99Ms);
