using System.Globalization;
using Gateway.Failover.Telemetry;

namespace Gateway.Failover.Incidents;

/// <summary>An incident in plain sentences.</summary>
internal static class IncidentWords
{
    public const string GatewayStopped = "the gateway stopped before it was over";

    public static string Label<T>(T value)
        where T : struct, Enum => ChangeMetrics.Label(value);

    /// <summary>Why, in one sentence: what the rules said when they decided.</summary>
    public static string Cause(OpenIncident incident) => incident.Kind switch
    {
        IncidentKind.Outage => incident.Exhausted!.Value.Sentence,
        IncidentKind.Failover => incident.WentDown ?? incident.Failover!.Verdict.Sentence,
        IncidentKind.Partial => incident.WentDown!,
        _ => incident.Suspected?.Sentence ?? string.Empty,
    };

    /// <summary>What it was and what it cost, in one sentence.</summary>
    public static string Sentence(Incident incident, IncidentChange? failover)
    {
        var moved = failover is null ? string.Empty : $" from {failover.Verdict.From} to {failover.Verdict.To} (epoch {failover.Verdict.Epoch})";
        var what = (incident.Kind, failover) switch
        {
            (IncidentKind.Outage, null) => $"An outage of {incident.Pool}",
            (IncidentKind.Outage, _) => $"An outage of {incident.Pool} with a failover{moved}",
            (IncidentKind.Failover, _) => $"A failover of {incident.Pool}{moved}",
            (IncidentKind.Partial, _) => $"{incident.Pool} went on without a backend of its active tier",
            _ => $"A suspicion of {incident.Pool}",
        };
        return $"{what}: {Figures(incident)}; {Ending(incident)}.";
    }

    public static string Ending(Incident incident) => incident.End switch
    {
        IncidentEnd.Steady => $"steady after {Span(incident.DurationMs)}",
        IncidentEnd.GatewayStopped => $"{GatewayStopped}, at the earliest after {Span(incident.DurationMs)}",
        IncidentEnd.PoolRemoved => $"the pool was taken out of the configuration after {Span(incident.DurationMs)}",
        _ => $"not over after {Span(incident.DurationMs)}",
    };

    public static string Span(double milliseconds) => milliseconds switch
    {
        < 1_000 => $"{Math.Round(milliseconds).ToString(CultureInfo.InvariantCulture)} ms",
        < 120_000 => $"{Number(milliseconds / 1_000)} s",
        < 7_200_000 => $"{Number(milliseconds / 60_000)} min",
        _ => $"{Number(milliseconds / 3_600_000)} h",
    };

    private static string Figures(Incident incident)
    {
        var counts = incident.Counts;
        var requests = counts.Requests == 0
            ? "no request came to its end"
            : $"{counts.Requests} {(counts.Requests == 1 ? "request" : "requests")}, {counts.Failed} failed, {counts.Rescued} rescued, "
                + $"{counts.Hedged} hedged, {counts.Held} held";
        return string.Concat(
            incident.DetectionMs switch
            {
                null => string.Empty,
                0 => "the verdict came with the first bad signal, ",
                { } detection => $"the verdict came {Span(detection)} after the first bad signal, ",
            },
            incident.FailoverMs is { } failover ? $"the first good answer {Span(failover)} later, " : string.Empty,
            requests,
            incident.LongestWaitMs is { } wait ? $", longest wait {Span(wait)}" : string.Empty);
    }

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
