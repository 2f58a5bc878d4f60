using System.Globalization;
using System.Text;

namespace Gateway.Failover.Telemetry;

/// <summary>Turns the tags of a measurement into the labels of a sample.</summary>
internal static class PrometheusLabels
{
    /// <summary>The label of the one series that takes the measurements beyond the bound.</summary>
    public const string Overflow = "otel_metric_overflow=\"true\"";

    /// <summary>
    /// The labels as they stand between the braces, ordered by name, values escaped; equal text means equal labels to
    /// Prometheus. A label without a value is left out, because to Prometheus an empty label is an absent one. Tags
    /// whose names become the same label share it, values joined by <c>;</c> in the order of the tags' names
    /// (OpenTelemetry, "Prometheus and OpenMetrics Compatibility", Metric Attributes). Of a tag given twice the last
    /// counts.
    /// </summary>
    public static string Render(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tags)
        {
            values[key ?? ""] = Text(value);
        }

        var labels = values
            .Where(tag => tag.Key.Length > 0 && tag.Value.Length > 0)
            .GroupBy(tag => PrometheusName.Label(tag.Key), tag => tag.Value, StringComparer.Ordinal)
            .OrderBy(label => label.Key, StringComparer.Ordinal)
            .Select(label => $"{label.Key}=\"{Escape(string.Join(';', label))}\"");
        return string.Join(',', labels);
    }

    // Half a surrogate pair has no UTF-8 form and becomes U+FFFD on the way out; it has to become so here already, or
    // two values that differ only in it would be one series written twice. NUL ends the input of Prometheus's parser.
    private static string Escape(string value)
    {
        var text = new StringBuilder(value.Length + 8);
        foreach (var rune in value.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\\' => text.Append(@"\\"),
                '"' => text.Append("\\\""),
                '\n' => text.Append(@"\n"),
                '\0' => text.Append('\uFFFD'),
                _ => text.Append(rune.ToString()),
            };
        }

        return text.ToString();
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        true => "true",
        false => "false",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
