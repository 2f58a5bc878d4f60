// OpenTelemetry's "Prometheus and OpenMetrics Compatibility" says how an instrument's name and unit become a metric's
// name; the tables are those of its Collector. Three departures, each so that `promtool check metrics` has nothing to
// say and no two metrics can share a sample's name:
//   - A gauge that ends in _count, _sum or _bucket (.NET's own dotnet.process.cpu.count) would look like a part
//     of a histogram. It gets _current at its end, so that who types the known name still finds it.
//   - _total is taken off whatever is not a counter.
//   - A colon is replaced: Prometheus keeps it for recording rules.
using System.Collections.Frozen;
using System.Text;

namespace Gateway.Failover.Telemetry;

/// <summary>Names of metrics and labels as Prometheus wants them.</summary>
internal static class PrometheusName
{
    private const string Total = "_total";

    private static readonly string[] HistogramParts = ["_count", "_sum", "_bucket"];

    private static readonly FrozenDictionary<string, string> Units = new Dictionary<string, string>
    {
        ["d"] = "days", ["h"] = "hours", ["min"] = "minutes", ["s"] = "seconds", ["ms"] = "milliseconds",
        ["us"] = "microseconds", ["ns"] = "nanoseconds",
        ["By"] = "bytes", ["KiBy"] = "kibibytes", ["MiBy"] = "mebibytes", ["GiBy"] = "gibibytes",
        ["TiBy"] = "tibibytes", ["KBy"] = "kilobytes", ["kBy"] = "kilobytes", ["MBy"] = "megabytes",
        ["GBy"] = "gigabytes", ["TBy"] = "terabytes",
        ["m"] = "meters", ["V"] = "volts", ["A"] = "amperes", ["J"] = "joules", ["W"] = "watts", ["g"] = "grams",
        ["Cel"] = "celsius", ["Hz"] = "hertz", ["%"] = "percent", ["1"] = "",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> PerUnits = new Dictionary<string, string>
    {
        ["s"] = "second", ["min"] = "minute", ["m"] = "minute", ["h"] = "hour", ["d"] = "day", ["w"] = "week",
        ["mo"] = "month", ["y"] = "year",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>
    /// The metric's name: cleaned, with its unit unless it has it already, and <c>_total</c> if it is a counter.
    /// </summary>
    public static string Metric(string name, string? unit, MetricKind kind)
    {
        var metric = Clean(name);
        while (metric.EndsWith(Total))
        {
            metric = metric[..^Total.Length];
        }

        var suffix = unit == "1" && kind == MetricKind.Gauge ? "ratio" : UnitSuffix(unit ?? "");
        if (suffix.Length > 0 && metric != suffix && !metric.EndsWith("_" + suffix))
        {
            metric += "_" + suffix;
        }

        return kind switch
        {
            MetricKind.Counter => metric + Total,
            MetricKind.Histogram => metric,
            _ => Array.Exists(HistogramParts, part => metric.EndsWith(part)) ? metric + "_current" : metric,
        };
    }

    /// <summary>The label's name. <c>le</c> and <c>quantile</c> belong to Prometheus and are prefixed.</summary>
    public static string Label(string name)
    {
        var label = Clean(name);
        return label is "le" or "quantile" ? "exported_" + label : label;
    }

    /// <summary>
    /// <c>By</c> is bytes, <c>By/s</c> bytes_per_second, <c>{request}</c> nothing, <c>{request}/s</c> per_second.
    /// </summary>
    private static string UnitSuffix(string unit)
    {
        var parts = WithoutAnnotations(unit).Split('/', 2);
        var what = Units.GetValueOrDefault(parts[0], parts[0]);
        if (parts.Length == 1)
        {
            return what.Length == 0 ? "" : Clean(what);
        }

        var per = PerUnits.GetValueOrDefault(parts[1], parts[1]);
        return per.Length == 0 ? UnitSuffix(parts[0]) : Clean($"{what}_per_{per}");
    }

    private static string WithoutAnnotations(string unit)
    {
        var text = new StringBuilder(unit.Length);
        var depth = 0;
        foreach (var letter in unit)
        {
            depth += letter == '{' ? 1 : 0;
            if (depth == 0)
            {
                text.Append(letter);
            }

            depth -= letter == '}' && depth > 0 ? 1 : 0;
        }

        return text.ToString();
    }

    // Letters, digits and single underscores, none of them at an end; a leading digit gets one in front.
    private static string Clean(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterOrDigit(letter))
            {
                text.Append(letter);
            }
            else if (text.Length > 0 && text[^1] != '_')
            {
                text.Append('_');
            }
        }

        var clean = text.ToString().TrimEnd('_');
        return clean.Length == 0 || char.IsAsciiDigit(clean[0]) ? "_" + clean : clean;
    }
}
