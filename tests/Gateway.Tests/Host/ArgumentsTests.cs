using Gateway.Host.CommandLine;

namespace Gateway.Tests.Host;

public class ArgumentsTests
{
    [Fact]
    public void Nothing_is_asked_for_when_nothing_is_said() =>
        Assert.Equivalent(new Arguments(Demo: false, Help: false, Version: false, Config: null, Check: null, []), Arguments.Parse([]));

    [Fact]
    public void Everything_may_be_said_at_once()
    {
        var parsed = Arguments.Parse(
            ["--demo", "--config", "file.json", "--urls", "http://localhost:1", "--Failover:Faults:Allowed=true", "--check", "https://x/livez", "--version", "-h"]);

        Assert.Equal((true, true, true, "file.json"), (parsed.Demo, parsed.Help, parsed.Version, parsed.Config));
        Assert.Equal("https://x/livez", parsed.Check!.ToString());
        Assert.Equal(["--urls=http://localhost:1", "--Failover:Faults:Allowed=true"], parsed.Settings);
    }

    [Theory]
    [InlineData("'--dmeo' is not understood; allowed are --demo, --config, --check, --urls, --help, --version", "--dmeo")]
    [InlineData("'demo' is not understood", "demo")]
    [InlineData("'--Failover:Seed' is not understood", "--Failover:Seed", "7")]
    [InlineData("--config lacks a file.", "--config")]
    [InlineData("--check lacks a URL.", "--check")]
    [InlineData("--urls lacks a URL.", "--demo", "--urls")]
    [InlineData("--check is 'localhost'; allowed is an http or https URL.", "--check", "localhost")]
    [InlineData("--check is 'ftp://x'; allowed is an http or https URL.", "--check", "ftp://x")]
    public void What_is_not_understood_is_said_in_one_sentence(string sentence, params string[] args)
    {
        var refused = Assert.Throws<UsageException>(() => Arguments.Parse(args));
        Assert.StartsWith(sentence, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void The_usage_names_every_option() => Assert.All(
        new[] { "--demo", "--config", "--check", "--urls", "--help", "--version", "--Section:Key=value" }, option => Assert.Contains(option, Arguments.Usage));
}
