using Gateway.Failover.Configuration;
using Gateway.Failover.WhatIf;
using Gateway.Host.CommandLine;
using Gateway.Host.Simulation;

namespace Gateway.Tests.WhatIf;

/// <summary>The outages that are shipped, with the configuration that is shipped: what <c>docs/operating/what-if.md</c> says of them.</summary>
public class ClassicOutageTests
{
    // Failed GETs, failed POSTs, the most seconds without a good answer, and the changes.
    public static readonly TheoryData<string, int, int, double, string[]> Outages = new()
    {
        { "crash", 0, 3, 0.1, ["Failover to secondary", "Failback to primary"] },
        { "hang", 0, 1, 0.2, ["Failover to secondary", "Failback to primary"] },
        { "gray-failure", 0, 3, 0.1, ["Failover to secondary", "Failback to primary"] },
        { "slow-answers", 0, 0, 0.2, ["Failover to secondary", "Failback to primary"] },
        { "flapping-fast", 0, 1, 0.1, ["Failover to secondary"] },
        {
            "flapping-slow", 0, 6, 0.1,
            [.. Enumerable.Range(0, 11).Select(change => change % 2 == 0 ? "Failover to secondary" : "Failback to primary")]
        },
        { "both-dead", 0, 2, 2.1, ["Failover to secondary", "Failback to primary"] },
        { "rolling-deploy", 0, 0, 0.1, ["Switchover to secondary", "Failback to primary"] },
        { "network-blip", 0, 0, 0.1, [] },
        { "broken-standby", 1000, 150, 10.7, ["Failover to secondary", "Failover to primary"] },
        { "expired-credentials", 3000, 400, 30.1, [] },
    };

    [Theory]
    [MemberData(nameof(Outages))]
    public async Task An_outage_ends_as_documented(string name, int failedGets, int failedPosts, double downtime, string[] changes)
    {
        var outcome = await RunAsync(name);

        Assert.Equal(changes, Replays.Switches(outcome));
        Assert.InRange(outcome.Requests.FailedSafe, failedGets / 2, failedGets);
        Assert.InRange(outcome.Requests.FailedUnsafe, 0, failedPosts);
        Assert.InRange(outcome.Requests.Downtime.TotalSeconds, 0, downtime);
    }

    [Fact]
    public async Task Whoever_flaps_too_often_ends_at_the_standby() => Assert.Contains("R37", Replays.Rules(await RunAsync("flapping-slow")));

    [Fact]
    public void Every_trace_that_is_shipped_is_here_and_has_a_story()
    {
        var files = Directory.GetFiles(Folder(), "*.json");

        Assert.Equal(files.Select(Path.GetFileNameWithoutExtension).Order(), Outages.Select(row => (string)row[0]).Order());
        Assert.All(files, file => Assert.EndsWith(".", TraceFormat.ReadFile(file).Story, StringComparison.Ordinal));
    }

    private static async Task<ReplayOutcome> RunAsync(string name)
    {
        var file = Path.Combine(Folder(), $"{name}.json");
        return WhatIfSimulation.Run(file, TraceFormat.ReadFile(file), pool: null, seed: 1, "the demo", await DemoAsync()).Outcome;
    }

    private static async Task<AcceptedConfig> DemoAsync() =>
        (await Simulate.ReadAsync(new Arguments(Demo: true, Help: false, Version: false, Config: null, Check: null, []))).Config;

    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Gateway.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests do not lie in the repository.");
        }

        return Path.Combine(folder.FullName, "docs", "traces");
    }
}
