using Gateway.Host.CommandLine;
using Gateway.Host.Simulation;

namespace Gateway.Tests.WhatIf;

public class SimulateArgumentsTests
{
    [Fact]
    public void Everything_may_be_said_at_once()
    {
        var parsed = SimulateArguments.Parse(
            ["--trace", "t.json", "--config", "a.json", "--compare", "b.json", "--pool", "api", "--seed", "7", "--json", "--Failover:Seed=3"]);

        Assert.Equal(("t.json", "a.json", "b.json", "api", 7, true), (parsed.Trace, parsed.Config, parsed.Compare, parsed.Pool, parsed.Seed, parsed.Json));
        Assert.Equal(["--Failover:Seed=3"], parsed.Settings);
        var recording = SimulateArguments.Parse(["--record", "data", "--from", "2026-01-31T10:00:00Z", "--to", "2026-01-31T11:00:00Z", "--out", "o.json"]);
        Assert.Equal(("data", TimeSpan.FromHours(1), "o.json", 1), (recording.Record, recording.To - recording.From, recording.Out, recording.Seed));
    }

    [Theory]
    [InlineData("simulate lacks --trace with a file, or --record with a journal; see simulate --help.")]
    [InlineData("--trace lacks a file.", "--trace")]
    [InlineData("--seed is 'x'; allowed is a whole number, 0 to 2147483647.", "--seed", "x")]
    [InlineData("--from is 'soon'; allowed is a time such as 2026-01-31T10:00:00Z.", "--from", "soon")]
    [InlineData("--trace and --record do not go together; allowed is one of them.", "--trace", "t", "--record", "j")]
    [InlineData("--from, --to and --out go with --record only.", "--trace", "t", "--out", "o")]
    [InlineData("--config, --compare, --json, --demo and settings go with --trace only.", "--record", "j", "--json")]
    [InlineData("--to is 2026-01-01T00:00:00.0000000+00:00; allowed is a time after --from, 2026-01-02T00:00:00.0000000+00:00.",
        "--record", "j", "--from", "2026-01-02", "--to", "2026-01-01")]
    public void What_cannot_be_done_is_said_in_one_sentence(string sentence, params string[] args) =>
        Assert.Equal(sentence, Assert.Throws<UsageException>(() => SimulateArguments.Parse(args)).Message);

    [Theory]
    [InlineData("--traces")]
    [InlineData("t.json")]
    public void What_is_not_understood_is_said_with_what_is(string argument)
    {
        var refused = Assert.Throws<UsageException>(() => SimulateArguments.Parse([argument])).Message;

        Assert.StartsWith($"'{argument}' is not understood; allowed are --trace, --config, --compare,", refused, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused);
    }

    [Fact]
    public void The_usage_names_every_option_and_help_asks_for_nothing_else()
    {
        Assert.True(SimulateArguments.Parse(["--help"]).Help);
        Assert.All(
            new[] { "--trace", "--config", "--compare", "--pool", "--seed", "--json", "--record", "--from", "--to", "--out", "--help", "--Section:Key=value" },
            option => Assert.Contains(option, SimulateArguments.Usage));
        Assert.Contains("simulate", Arguments.Usage, StringComparison.Ordinal);
    }
}
