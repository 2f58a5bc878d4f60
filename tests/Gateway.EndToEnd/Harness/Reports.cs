namespace Gateway.EndToEnd.Harness;

/// <summary>What the control surface answers, as <c>docs/reference/operator-api.md</c> has it; only what the tests look at.</summary>
internal sealed record HealthReport(string Status, IReadOnlyList<PoolReport> Pools);

internal sealed record PoolReport(
    string Id, long Epoch, string Active, string Cause, string Condition, bool Held, bool Pinned, bool Enforced, DateTimeOffset? RestsUntil, string Sentence, IReadOnlyList<BackendReport> Backends)
{
    public BackendReport Backend(string id) => Backends.Single(backend => backend.Id == id);

    public override string ToString() => $"epoch {Epoch}, {Active} is active ({Sentence}); "
        + string.Join(", ", Backends.Select(backend => $"{backend.Id} {backend.Health} {backend.Admin} ({backend.Reason})"));
}

internal sealed record BackendReport(string Id, int Tier, string Role, string Health, bool Ejected, string Admin, string Reason, bool Drained, long InFlight, bool Added);

internal sealed record ChangesReport(IReadOnlyList<ChangeReport> Changes);

internal sealed record ChangeReport(
    string Pool, long Epoch, DateTimeOffset At, string Kind, string From, string To, string Cause, string Sentence,
    double? DetectionMs, double? FailoverMs, bool Measured, long Requests, long Failed, long Rescued, double ErrorRate);

internal sealed record IncidentsReport(IReadOnlyList<IncidentReport> Incidents);

internal sealed record IncidentReport(
    long Id, string Kind, string End, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, double DurationMs, string Cause, string Sentence,
    double? DetectionMs, double? FailoverMs, IncidentCounts Counts, double? LongestWaitMs, double UnavailableMs, IncidentLatency? Latency,
    IReadOnlyList<IncidentMoment>? Timeline);

internal sealed record IncidentCounts(long Requests, long Failed, long Rescued, long Hedged, long Held);

internal sealed record IncidentLatency(IncidentQuantiles? Before, IncidentQuantiles? During, IncidentQuantiles? After);

internal sealed record IncidentQuantiles(double P50Ms, double P99Ms);

internal sealed record IncidentMoment(string Kind, DateTimeOffset At, double AfterMs, long? Epoch);

internal sealed record ReliabilityReport(double Availability, double UnavailableMs, double SuccessRatio, long Requests, long Failed, long Failures, double? MttrMs, double ObservedMs);

internal sealed record Problem(string Title, int Status, string Detail);
