using System.Text.Json.Nodes;
using Gateway.Failover.WhatIf;

namespace Gateway.Tests.WhatIf;

/// <summary>What people read, and what machines do.</summary>
public class OutcomeTextTests
{
    private const string Crash = """{ "at": "10s", "backend": "primary", "is": "dead", "until": "15s" }""";

    private static readonly Trace Story = new("A story that is told.", null, TimeSpan.FromSeconds(30), new Traffic(), [], []);

    [Fact]
    public void A_timeline_and_a_table_stand_in_line()
    {
        var lines = OutcomeText.Of(Story, 7, [new NamedOutcome("a.json", Replays.Run(Crash))], 100).Split('\n');

        Assert.Equal(["A story that is told.", "", "api with a.json, seed 7", "", "    second  rule  what happened"], lines[..5]);
        Assert.Equal("    10.000  -     primary dies.", lines[5]);
        Assert.Equal("    10.001  R7    primary is down: nobody listens at its address (connection refused).", lines[6]);
        Assert.Equal("    10.001  R30   api moved from primary to secondary: primary is down: nobody listens at its", lines[7]);
        Assert.Equal("                  address (connection refused).", lines[8]);
        Assert.Contains("changes of the active backend                      2", lines);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(120)]
    public void No_line_is_longer_than_it_may_be(int width)
    {
        var outcomes = new[] { new NamedOutcome("a/very/long/path/to/a/file/first.json", Replays.Run(Crash)), new NamedOutcome("b.json", Replays.Run(Crash)) };

        Assert.All(OutcomeText.Of(Story, 1, outcomes, width).Split('\n'), line =>
        {
            Assert.InRange(line.Length, 0, width);
            Assert.Equal(line.TrimEnd(), line);
        });
    }

    [Fact]
    public void Two_tunings_stand_side_by_side_with_their_difference()
    {
        var hasty = Replays.Setup(options => options.Failback.StableTime = TimeSpan.FromMinutes(1));
        var outcomes = new[] { new NamedOutcome("as-it-is.json", Replays.Run(Crash)), new NamedOutcome("b.json", Replays.Run(Crash, setup: hasty)) };

        var lines = OutcomeText.Of(Story, 1, outcomes, 100).Split('\n');

        Assert.Contains("                                        ~-it-is.json        b.json    difference", lines);
        Assert.Contains("changes of the active backend                      2             1            -1", lines);
        Assert.Contains("requests                                        3000          3000             =", lines);
    }

    [Fact]
    public void Machines_get_the_same_figures_and_events()
    {
        var outcome = Replays.Run(Crash);
        var json = JsonNode.Parse(OutcomeText.Json("t.json", Story, 7, [new NamedOutcome("a.json", outcome)]))!;

        Assert.Equal(("t.json", 7), ((string?)json["trace"], (int)json["seed"]!));
        var only = Assert.Single(json["outcomes"]!.AsArray())!;
        Assert.Equal(("a.json", "api"), ((string?)only["configuration"], (string?)only["pool"]));
        Assert.Equal(2, (int)only["figures"]!["changes"]!);
        Assert.Equal(outcome.Requests.LongestWait.TotalMilliseconds, (double)only["figures"]!["longestWaitMs"]!);
        Assert.Equal(outcome.Timeline.Entries.Count, only["timeline"]!.AsArray().Count);
        Assert.Equal((10_001, "R7", "BackendWentDown"), ((double)only["timeline"]![1]!["atMs"]!, (string?)only["timeline"]![1]!["rule"], (string?)only["timeline"]![1]!["kind"]));
    }
}
