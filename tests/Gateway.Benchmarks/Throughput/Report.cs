using System.Text;

namespace Gateway.Benchmarks.Throughput;

/// <summary>What one contestant did in one run.</summary>
/// <param name="P50">Milliseconds, as <paramref name="P99"/>.</param>
/// <param name="CpuMicroseconds">Processor time of the process per request. It suffers least from a busy machine.</param>
/// <param name="Bytes">Allocated by the process per request; NaN where it is not known.</param>
internal sealed record Sample(double PerSecond, double P50, double P99, double CpuMicroseconds, double Bytes);

/// <summary>Medians of every contestant, and of the ratios to the first one, round by round.</summary>
internal static class Report
{
    public static string Table(IReadOnlyList<string> names, IReadOnlyList<Dictionary<string, Sample>> rounds)
    {
        var text = new StringBuilder()
            .AppendLine($"| median of {rounds.Count} (least to most) | requests/s | p50 ms | p99 ms | CPU µs per request | bytes per request |")
            .AppendLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (var name in names)
        {
            var mine = rounds.Select(round => round[name]).ToList();
            Row(text, name, measure => mine.Select(measure), "F0", "F2", "F1");
        }

        foreach (var name in names.Skip(1))
        {
            Row(text, $"{name} / {names[0]}", measure => rounds.Select(round => measure(round[name]) / measure(round[names[0]])), "F3", "F3", "F3");
        }

        return text.ToString();
    }

    private static void Row(
        StringBuilder text, string name, Func<Func<Sample, double>, IEnumerable<double>> values, string whole, string fine, string medium) =>
        text.AppendLine(
            $"| {name} | {Spread(values(sample => sample.PerSecond), whole)} | {Spread(values(sample => sample.P50), fine)} "
            + $"| {Spread(values(sample => sample.P99), fine)} | {Spread(values(sample => sample.CpuMicroseconds), medium)} "
            + $"| {Spread(values(sample => sample.Bytes), whole)} |");

    private static string Spread(IEnumerable<double> values, string format)
    {
        var sorted = values.Where(double.IsFinite).Order().ToList();
        if (sorted.Count == 0)
        {
            return "not known";
        }

        var middle = (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
        return $"{middle.ToString(format)} ({sorted[0].ToString(format)} to {sorted[^1].ToString(format)})";
    }
}
