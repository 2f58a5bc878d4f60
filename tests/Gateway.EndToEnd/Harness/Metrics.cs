using System.Globalization;

namespace Gateway.EndToEnd.Harness;

/// <summary>One scrape of <c>/metrics</c>.</summary>
internal sealed class Metrics
{
    private readonly List<(string Name, string Labels, double Value)> _series = [];

    public static Metrics Parse(string text)
    {
        var metrics = new Metrics();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#'))
        {
            var (space, brace) = (line.LastIndexOf(' '), line.IndexOf('{'));
            metrics._series.Add((
                line[..(brace < 0 ? space : brace)],
                brace < 0 ? string.Empty : line[(brace + 1)..(space - 1)],
                double.Parse(line[(space + 1)..], CultureInfo.InvariantCulture)));
        }

        return metrics;
    }

    /// <summary>The sum of all series of a name that have these labels, such as <c>kind="failover"</c>.</summary>
    public double Sum(string name, params string[] labels) => _series
        .Where(series => series.Name == name && labels.All(label => $",{series.Labels},".Contains($",{label},", StringComparison.Ordinal)))
        .Sum(series => series.Value);

    public bool Has(string name) => _series.Exists(series => series.Name == name);
}
