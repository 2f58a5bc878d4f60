using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.Failover.WhatIf;

/// <summary>The outcome of a replay, or of two, for people and for machines.</summary>
internal static class OutcomeText
{
    private const int TimeWidth = 10;
    private const int RuleWidth = 4;
    private const int LabelWidth = 38;
    private const int ValueWidth = 12;

    private static readonly JsonSerializerOptions Pretty = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="width">Of the lines, in characters.</param>
    public static string Of(Trace trace, int seed, IReadOnlyList<NamedOutcome> outcomes, int width)
    {
        var text = new StringBuilder();
        foreach (var line in Wrap(trace.Story, width))
        {
            text.AppendLine(line);
        }

        foreach (var (name, outcome) in outcomes)
        {
            text.AppendLine().AppendLine($"{outcome.State.Id} with {name}, seed {seed}").AppendLine();
            text.AppendLine($"{"second",TimeWidth}  {"rule",-RuleWidth}  what happened");
            foreach (var entry in outcome.Timeline.Entries)
            {
                Add(text, entry, width);
            }

            if (outcome.Timeline.Dropped > 0)
            {
                text.AppendLine($"... and {outcome.Timeline.Dropped} more.");
            }
        }

        text.AppendLine();
        AddTable(text, outcomes);
        return text.ToString().ReplaceLineEndings("\n");
    }

    public static string Json(string file, Trace trace, int seed, IReadOnlyList<NamedOutcome> outcomes)
    {
        var root = new JsonObject
        {
            ["trace"] = file,
            ["story"] = trace.Story,
            ["seed"] = seed,
            ["outcomes"] = new JsonArray([.. outcomes.Select(Json)]),
        };
        return root.ToJsonString(Pretty) + "\n";
    }

    private static void Add(StringBuilder text, TimelineEntry entry, int width)
    {
        var at = (entry.At.Ticks / (double)TimeSpan.TicksPerSecond).ToString("0.000", CultureInfo.InvariantCulture);
        var margin = new string(' ', TimeWidth + RuleWidth + 4);
        var first = true;
        foreach (var line in Wrap(entry.Sentence, width - margin.Length))
        {
            text.AppendLine(first ? $"{at,TimeWidth}  {entry.Rule ?? "-",-RuleWidth}  {line}" : margin + line);
            first = false;
        }
    }

    private static void AddTable(StringBuilder text, IReadOnlyList<NamedOutcome> outcomes)
    {
        var isComparison = outcomes.Count > 1;
        if (isComparison)
        {
            var names = string.Concat(outcomes.Select(outcome => $"  {Cut(outcome.Name),ValueWidth}"));
            text.AppendLine($"{string.Empty,-LabelWidth}{names}  {"difference",ValueWidth}");
        }

        var columns = outcomes.Select(outcome => outcome.Outcome.Rows).ToList();
        for (var row = 0; row < columns[0].Count; row++)
        {
            var values = string.Concat(columns.Select(column => $"  {column[row].Text,ValueWidth}"));
            var difference = isComparison ? $"  {columns[0][row].Difference(columns[1][row]),ValueWidth}" : string.Empty;
            text.AppendLine(($"{columns[0][row].Label,-LabelWidth}{values}{difference}").TrimEnd());
        }
    }

    // Of a path the name of the file says most, and of that the end.
    private static string Cut(string path) =>
        Path.GetFileName(path) is var name && name.Length <= ValueWidth ? name : "~" + name[^(ValueWidth - 1)..];

    private static IEnumerable<string> Wrap(string sentence, int width)
    {
        var line = new StringBuilder();
        foreach (var word in sentence.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : string.Empty).Append(word);
        }

        if (line.Length > 0)
        {
            yield return line.ToString();
        }
    }

    private static JsonNode Json(NamedOutcome named)
    {
        var figures = new JsonObject();
        foreach (var row in named.Outcome.Rows)
        {
            figures[row.Key] = row.Value;
        }

        return new JsonObject
        {
            ["configuration"] = named.Name,
            ["pool"] = named.Outcome.State.Id.Value,
            ["figures"] = figures,
            ["timeline"] = new JsonArray([.. named.Outcome.Timeline.Entries.Select(entry => new JsonObject
            {
                ["atMs"] = entry.At.Ticks / (double)TimeSpan.TicksPerMillisecond,
                ["rule"] = entry.Rule,
                ["kind"] = entry.Kind,
                ["sentence"] = entry.Sentence,
            })]),
            ["dropped"] = named.Outcome.Timeline.Dropped,
        };
    }
}

/// <summary>An outcome and the configuration that led to it.</summary>
internal sealed record NamedOutcome(string Name, ReplayOutcome Outcome);
