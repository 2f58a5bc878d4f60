namespace Gateway.Failover.Telemetry;

/// <summary>The names of all metrics. The metrics reference is checked against them.</summary>
internal static class MetricNames
{
    public const string Meter = "Gateway.Failover";

    public const string Requests = "gateway_requests_total";
    public const string RequestDuration = "gateway_request_duration_seconds";
    public const string Attempts = "gateway_attempts_total";
    public const string Rescued = "gateway_requests_rescued_total";
    public const string Poison = "gateway_poison_requests_total";
    public const string Loops = "gateway_loops_total";
    public const string Hedges = "gateway_hedges_total";
    public const string BudgetTokens = "gateway_retry_budget_tokens";
    public const string BudgetExhausted = "gateway_retry_budget_exhausted_total";
    public const string ReplayBytes = "gateway_replay_bytes";
    public const string ReplayOverflows = "gateway_replay_overflows_total";
    public const string Held = "gateway_held_requests";
    public const string HeldTotal = "gateway_held_requests_total";
    public const string HoldRefused = "gateway_hold_refused_total";
    public const string Resumptions = "gateway_resumptions_total";
    public const string StreamsClosed = "gateway_streams_closed_total";
    public const string RequestsInFlight = "gateway_attempts_in_flight";
    public const string ProbeDuration = "gateway_probe_duration_seconds";
    public const string ProbeLateness = "gateway_probe_lateness_seconds";
    public const string BackendUp = "gateway_backend_up";
    public const string BackendActive = "gateway_backend_active";
    public const string PoolEpoch = "gateway_pool_epoch";
    public const string PoolHeld = "gateway_pool_held";
    public const string Changes = "gateway_changes_total";
    public const string FailoverDuration = "gateway_failover_duration_seconds";
    public const string DetectionDuration = "gateway_failover_detection_seconds";
    public const string FailoverRequests = "gateway_failover_requests_total";
    public const string Incidents = "gateway_incidents_total";
    public const string IncidentOpen = "gateway_incident_open";
    public const string InboxDropped = "gateway_inbox_dropped_total";
    public const string EngineFaults = "gateway_engine_faults_total";
    public const string JournalLost = "gateway_journal_lost_total";
    public const string JournalFailing = "gateway_journal_failing";
    public const string ConfigRefused = "gateway_configuration_refused_total";
    public const string LiveSubscribers = "gateway_live_subscribers";
    public const string LiveGaps = "gateway_live_gaps_total";

    /// <summary>From half a millisecond to ten seconds: requests and probes.</summary>
    public static readonly double[] FastBuckets =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>From a millisecond to a minute: failovers.</summary>
    public static readonly double[] FailoverBuckets =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
}
