namespace Gateway.Failover.Incidents;

/// <summary>An incident in a list. The field names are the contract of <c>docs/reference/operator-api.md</c>.</summary>
internal sealed record IncidentSummary(
    long Id, string Pool, IncidentKind Kind, IncidentEnd End, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, double DurationMs, string Cause,
    string Sentence, double? DetectionMs, double? FailoverMs, IncidentCounts Counts, double? LongestWaitMs, double UnavailableMs)
{
    public static IncidentSummary Of(Incident incident) => new(
        incident.Id, incident.Pool, incident.Kind, incident.End, incident.StartedAt, incident.EndedAt, incident.DurationMs, incident.Cause,
        incident.Sentence, incident.DetectionMs, incident.FailoverMs, incident.Counts, incident.LongestWaitMs, incident.UnavailableMs);
}

/// <summary>How reliable a pool has been.</summary>
internal sealed record ReliabilityReport(
    string Pool, DateTimeOffset Since, double ObservedMs, double? Availability, double UnavailableMs, double? SuccessRatio, long Requests,
    long Failed, long Incidents, long Failures, double? MttrMs, double? MtbfMs, bool Open)
{
    public static ReliabilityReport Of(PoolIncidents pool)
    {
        var figures = pool.Figures;
        return new ReliabilityReport(
            figures.Pool, figures.Since, figures.Observed.TotalMilliseconds, figures.TimeAvailability, figures.Unavailable.TotalMilliseconds,
            figures.SuccessRatio, figures.Requests, figures.Failed, figures.Incidents, figures.Failures, figures.Mttr?.TotalMilliseconds,
            figures.Mtbf?.TotalMilliseconds, pool.IsOpen);
    }
}
