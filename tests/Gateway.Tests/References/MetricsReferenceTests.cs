using System.Reflection;
using System.Text.RegularExpressions;
using Gateway.Failover.Attempts;
using Gateway.Failover.Engine;
using Gateway.Failover.Incidents;
using Gateway.Failover.Probing;
using Gateway.Failover.Telemetry;
using Gateway.Tests.Telemetry;

namespace Gateway.Tests.References;

/// <summary><c>docs/reference/metrics.md</c>: all metrics of the gateway, out of a gateway that has lived a little.</summary>
public partial class MetricsReferenceTests
{
    private const string Introduction = """
        # Metrics

        `GET /metrics` answers in Prometheus's text format. Labels have values out of the configuration (`pool`, `backend`) or out of closed lists, which
        are given below; a metric of a pool or a backend is there from the start, except where something has to happen first (a probe, a change). The
        same events feed the metrics, the history (`/proxy/switchovers`) and the live feed, so that all three tell the same numbers.

        Besides these, the meters of `Failover:Telemetry:Meters` are shown under their own names, those of the .NET runtime and of Kestrel by default.

        This page is generated from a running gateway: `REWRITE=1 dotnet test tests/Gateway.Tests` writes it.

        """;

    [Fact]
    public async Task The_page_says_what_a_gateway_shows()
    {
        var text = await LivedAsync();
        await Scrape.CheckWithPromtoolAsync(text);
        var families = Families(text).OrderBy(family => family.Name, StringComparer.Ordinal).ToList();

        var names = typeof(MetricNames).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral)
            .Select(field => (string)field.GetRawConstantValue()!).Where(name => name.StartsWith("gateway_", StringComparison.Ordinal)).ToList();
        Assert.Empty(names.Except(families.Select(family => family.Name)));
        Assert.All(families, family => Assert.NotEmpty(family.Help));

        Document.Is("docs/reference/metrics.md", $"""
            {Introduction}
            {Document.Table(
                ["name", "type", "labels", "meaning", "buckets"],
                families.Select(family => new[] { $"`{family.Name}`", family.Type, family.Labels, family.Help, family.Buckets }))}
            """.ReplaceLineEndings("\n"));
    }

    // One probe, one failover through requests, one failback: whatever is measured at all has been measured.
    private static async Task<string> LivedAsync()
    {
        var time = new FakeTimeProvider();
        var client = new ScriptedClient(attempt => attempt.Backend == "primary" ? Attempt.RefuseAsync() : attempt.AnswerAsync());
        await using var gateway = await RunningGateway.StartAsync(time: time, proxy: client.Use);
        var probes = gateway.Get<ProbeMetrics>();
        probes.Record("api", "primary", Core.ProbeOutcome.Passed.Instance, TimeSpan.FromMilliseconds(1));
        probes.Record("api", "primary", new Core.ProbeOutcome.Failed(new Core.Fault(Core.FaultKind.Connect, "connection refused")), TimeSpan.FromMilliseconds(1));
        probes.Record("api", "primary", new Core.ProbeOutcome.Draining("says X-Failover-Drain"), TimeSpan.FromMilliseconds(1));
        probes.RecordLateness("api", TimeSpan.FromMilliseconds(1));
        await gateway.ProbedAsync("secondary", passed: true);
        await gateway.ProbedAsync("primary", passed: false, times: 2);
        await gateway.Client.GetStringAsync("/api/x");
        await Eventually.IsTrueAsync(() => gateway.Pool.View.State.Window?.FirstAnswerAt is not null);
        await Eventually.IsTrueAsync(() => time.HasTimer(TimeSpan.FromMilliseconds(2_001)));
        time.Advance(TimeSpan.FromMilliseconds(2_001));
        await Eventually.IsTrueAsync(() => gateway.Get<History>().Changes[0].Measured is not null);
        await gateway.IdleAsync();
        return await gateway.Client.GetStringAsync("/metrics");
    }

    private static IEnumerable<Family> Families(string text)
    {
        var blocks = text.Split("# HELP ", StringSplitOptions.RemoveEmptyEntries).Where(block => block.StartsWith("gateway_", StringComparison.Ordinal));
        foreach (var lines in blocks.Select(block => block.Split('\n', StringSplitOptions.RemoveEmptyEntries)))
        {
            var name = lines[0].Split(' ')[0];
            var labels = lines.Skip(2).SelectMany(line => Label().Matches(line)).Select(match => (Name: match.Groups["name"].Value, Value: match.Groups["value"].Value)).ToList();
            var buckets = labels.Where(label => label.Name == "le").Select(label => label.Value).Distinct();
            yield return new Family(
                name, lines[0][name.Length..].Trim(), lines[1].Split(' ')[^1],
                string.Join("; ", labels.Where(label => label.Name != "le").GroupBy(label => label.Name).OrderBy(label => label.Key).Select(Values)), string.Join(", ", buckets));
        }
    }

    // The values of a closed list are told; those of a configuration are not, nor is what this one life had of the others.
    private static string Values(IGrouping<string, (string Name, string Value)> label) => label.Key switch
    {
        "pool" or "backend" or "from" or "to" => $"`{label.Key}`",
        "kind" when label.Any(one => one.Value == "download") => Closed<ResumptionKind>(label.Key),
        "kind" when label.Any(one => one.Value == "suspicion") => Closed<IncidentKind>(label.Key),
        "kind" => Closed<Core.ChangeKind>(label.Key),
        "cause" => Closed<Core.Cause>(label.Key),
        _ => $"`{label.Key}`: {string.Join(", ", label.Select(one => one.Value).Distinct().Order())}",
    };

    private static string Closed<T>(string label)
        where T : struct, Enum => $"`{label}`: {string.Join(", ", Enum.GetValues<T>().Select(ChangeMetrics.Label))}";

    [GeneratedRegex("""(?<name>[a-z_]+)="(?<value>[^"]*)["]""", RegexOptions.None, 1_000)]
    private static partial Regex Label();

    private sealed record Family(string Name, string Help, string Type, string Labels, string Buckets);
}
