using System.Globalization;
using System.Text;

namespace Gateway.Failover.Incidents;

/// <summary>
/// An incident as a page of Markdown, to be pasted into a post-mortem. Names and sentences come from configurations and backends; whatever in
/// them could be markup is escaped, and each stays on its line.
/// </summary>
internal static class IncidentPage
{
    private const string Markup = "\\`*_{}[]#|~$^";

    public static string Write(Incident incident)
    {
        var page = new StringBuilder();
        Line(page, $"# Incident {incident.Id}: {Text(IncidentWords.Label(incident.Kind))} of {Text(incident.Pool)}\n");
        Line(page, $"**Summary.** {Text(incident.Sentence)}\n");
        Line(page, $"**Cause.** {Text(incident.Cause)}\n");
        Figures(page, incident);
        Timeline(page, incident);
        Findings(page, incident);
        Evidence(page, incident);
        return page.ToString();
    }

    /// <summary>A text that a reader sees as it is, whatever it contains.</summary>
    public static string Text(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (escaped is [.., ':'] && !Rune.IsWhiteSpace(rune))
            {
                // Not the colon of a sentence but that of an address, of which a reader's program would make a link.
                escaped.Insert(escaped.Length - 1, '\\');
            }

            _ = rune switch
            {
                _ when rune.Value == '<' => escaped.Append("&lt;"),
                _ when rune.Value == '>' => escaped.Append("&gt;"),
                _ when rune.Value == '&' => escaped.Append("&amp;"),
                // A sign of its own, so that nobody is called whose name is like a backend's.
                _ when rune.Value == '@' => escaped.Append("&#64;"),
                _ when IsUnseen(rune) => escaped.Append(' '),
                _ when rune.IsAscii && Markup.Contains((char)rune.Value) => escaped.Append('\\').Append(rune),
                _ => escaped.Append(rune),
            };
        }

        return escaped.ToString();
    }

    // Breaks of lines, and what turns the direction of a text.
    private static bool IsUnseen(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    private static void Figures(StringBuilder page, Incident incident)
    {
        var counts = incident.Counts;
        Line(page, "| | |\n| --- | --- |");
        Row(page, "from", Time(incident.StartedAt));
        Row(page, "until", incident.EndedAt is { } end ? Time(end) : "it goes on");
        Row(page, "lasted", IncidentWords.Span(incident.DurationMs));
        Row(page, "detection", Span(incident.DetectionMs));
        Row(page, "failover", Span(incident.FailoverMs));
        Row(page, "requests", $"{counts.Requests}: {counts.Failed} failed, {counts.Rescued} rescued, {counts.Hedged} hedged, {counts.Held} held");
        Row(page, "longest wait", Span(incident.LongestWaitMs));
        Row(page, "without a good answer", IncidentWords.Span(incident.UnavailableMs));
        Row(page, "latency before (p50, p99)", Quantiles(incident.Latency.Before));
        Row(page, "latency during", Quantiles(incident.Latency.During));
        Row(page, "latency after", Quantiles(incident.Latency.After));
        Line(page, string.Empty);
    }

    private static void Timeline(StringBuilder page, Incident incident)
    {
        Line(page, "## Timeline\n\n| at (UTC) | after | what | |\n| --- | --- | --- | --- |");
        foreach (var moment in incident.Timeline)
        {
            var what = IncidentWords.Label(moment.Kind).Replace('-', ' ') + (moment.Epoch is { } epoch ? $", epoch {epoch}" : string.Empty);
            Line(page, $"| {Time(moment.At)} | {IncidentWords.Span(moment.AfterMs)} | {what} | {Text(moment.Sentence)} |");
        }

        Line(page, string.Empty);
    }

    private static void Findings(StringBuilder page, Incident incident)
    {
        if (incident.Findings.Count == 0)
        {
            return;
        }

        Line(page, "## Backends\n\n| backend | was found | by | |\n| --- | --- | --- | --- |");
        foreach (var finding in incident.Findings)
        {
            Line(page, $"| {Text(finding.Backend)} | {Text(finding.Health)} | {Text(finding.Cause)} | {Text(finding.Sentence)} |");
        }

        Line(page, string.Empty);
    }

    private static void Evidence(StringBuilder page, Incident incident)
    {
        Line(page, "## Evidence\n");
        foreach (var said in incident.Evidence)
        {
            Line(page, $"- {Time(said.At)} {Text(said.Sentence)}");
        }

        if (incident.EvidenceLeftOut > 0)
        {
            Line(page, $"- {incident.EvidenceLeftOut} more were left out.");
        }
    }

    private static void Line(StringBuilder page, string line) => page.Append(line).Append('\n');

    private static void Row(StringBuilder page, string what, string value) => Line(page, $"| {what} | {value} |");

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    private static string Span(double? milliseconds) => milliseconds is { } known ? IncidentWords.Span(known) : "none";

    private static string Quantiles(IncidentQuantiles? latency) => latency is null
        ? "unknown"
        : $"{latency.P50Ms.ToString("0.##", CultureInfo.InvariantCulture)} ms, {latency.P99Ms.ToString("0.##", CultureInfo.InvariantCulture)} ms";
}
