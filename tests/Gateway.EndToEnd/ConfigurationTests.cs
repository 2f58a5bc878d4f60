using System.Text.Json.Nodes;
using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>A bad configuration is refused whole, and in words; a good one is applied without losing a request.</summary>
public sealed class ConfigurationTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const string Pool = "Failover:Pools:api";

    /// <summary>What is set to what, and what the refusal has to name: the setting, its value, what is allowed.</summary>
    public static readonly TheoryData<string, string, string[]> Bad = new()
    {
        { $"{Pool}:Tiers", """["primary", "secondary", "tertiary"]""", [$"{Pool}:Tiers has 'tertiary'", "allowed are", "primary, secondary"] },
        { $"{Pool}:Tiers", """["primary"]""", [$"{Pool}:Tiers lacks 'secondary'", "every destination stands in one tier"] },
        { $"{Pool}:Probe:Interval", "\"0s\"", [$"{Pool}:Probe:Interval is 0s", "allowed is 10ms to 1h"] },
        { $"{Pool}:Probe:Interval", "\"5\"", [$"{Pool}:Probe:Interval is '5'", "allowed is a duration with its unit"] },
        { $"{Pool}:Probe:FastInterval", "\"1s\"", [$"{Pool}:Probe:FastInterval is 1s", "Interval 200ms", "allowed is a FastInterval of at most Interval"] },
        { $"{Pool}:Probe:Fall", "0", [$"{Pool}:Probe:Fall is 0", "allowed is 1 to 100"] },
        { $"{Pool}:Probe:Fall", "\"two\"", [$"{Pool}:Probe:Fall is 'two'", "allowed is a whole number"] },
        { $"{Pool}:Probe:Fal", "2", [$"{Pool}:Probe:Fal is not a setting", "did you mean Fall"] },
        { $"{Pool}:Failback:Mode", "\"Sometimes\"", [$"{Pool}:Failback:Mode is 'Sometimes'", "one of Automatic, Manual, Never"] },
        { "Failover:Pools:web:Tiers", """["primary"]""", ["Failover:Pools:web names no cluster", "allowed are api"] },
        { "ReverseProxy:Routes:api:Match:Path", "\"/api/{\"", ["ReverseProxy: Invalid path '/api/{' for route 'api'"] },
        { "ReverseProxy:Clusters:api:LoadBalancingPolicy", "\"Fairest\"", ["ReverseProxy: No matching", "'Fairest'", "'api'"] },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_bad_setting_at_the_start_is_one_message_and_exit_code_1(string setting, string value, string[] named)
    {
        var config = Sound();
        config[setting] = JsonNode.Parse(value);

        await AssertRefusedAsync(Launch("--config", config.Save().Path), "The configuration was refused", named);
    }

    [Fact]
    public async Task All_errors_are_told_at_once()
    {
        var config = Sound();
        config[$"{Pool}:Probe:Interval"] = "0s";
        config[$"{Pool}:Probe:Fall"] = 0;
        config[$"{Pool}:Attempts:Max"] = 99;

        await AssertRefusedAsync(
            Launch("--config", config.Save().Path),
            "4 errors",
            [$"{Pool}:Probe:Interval is 0s", $"{Pool}:Probe:Fall is 0", $"{Pool}:Attempts:Max is 99", "allowed is 1 to 10", "FastInterval is 50ms and Interval 0s"]);
    }

    [Fact]
    public async Task A_file_that_is_no_json_or_is_missing_is_one_message_and_exit_code_1()
    {
        var broken = Folder.File("broken.json");
        await File.WriteAllTextAsync(broken, "{ \"Failover\": {\n  \"Pools\": }");

        await AssertRefusedAsync(Launch("--config", broken), "The configuration cannot be read", [broken, "LineNumber: 1"]);
        await AssertRefusedAsync(Launch("--config", "missing.json"), "--config is 'missing.json'", ["there is no such file"]);
        await AssertRefusedAsync(Launch("--confg", broken), "'--confg' is not understood", ["allowed are", "--config"]);
        await AssertRefusedAsync(Launch("--Demo:Ports=3001"), "Demo:Ports is '3001'", ["two different port numbers"]);
    }

    [Fact]
    public async Task A_bad_reload_is_refused_and_said_and_the_old_configuration_keeps_serving_until_the_file_is_mended()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        var gateway = await GatewayAsync(config);
        var gets = Gets(gateway);
        await gets.AnswersComeFromAsync("primary");

        config[$"{Pool}:Probe:Fall"] = 0;
        config[$"{Pool}:Tiers"] = new JsonArray("secondary", "tertiary");
        config["ReverseProxy:Routes:api:Match:Path"] = "/other/{**rest}";
        config.Save();
        var refusal = await gateway.SaysAsync("was refused, the old one stays in force");
        Assert.Contains($"{Pool}:Probe:Fall is 0; allowed is 1 to 100.", refusal, StringComparison.Ordinal);
        Assert.Contains($"{Pool}:Tiers has 'tertiary'; allowed are", refusal, StringComparison.Ordinal);
        await gets.AnswersComeFromAsync("primary");
        // A file that is written in place changes twice; on a busy machine so far apart that it is looked at, and refused, twice.
        Assert.InRange((await gateway.MetricsAsync()).Sum("gateway_configuration_refused_total"), 1, 2);

        await File.WriteAllTextAsync(config.Path, config.Text[..(config.Text.Length / 2)]);
        var unreadable = await gateway.SaysAsync("cannot be read, what it said before stays in force");
        Assert.Contains("LineNumber", unreadable, StringComparison.Ordinal);
        await gets.AnswersComeFromAsync("primary");

        config[$"{Pool}:Probe:Fall"] = 2;
        config["ReverseProxy:Routes:api:Match:Path"] = "/api/{**rest}";
        config.Tiers = ["secondary", "primary"];
        config.Save();
        await gateway.ActiveAsync("secondary");
        await gets.AnswersComeFromAsync("secondary");
        await gets.StopAsync();

        gets.AssertNothingFailed();
        Assert.False(gateway.HasExited);
    }

    [Fact]
    public async Task A_file_that_goes_away_and_comes_back_costs_nothing()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        var gateway = await GatewayAsync(config);
        var gets = Gets(gateway);
        await gets.AnswersComeFromAsync("primary");

        File.Delete(config.Path);
        await gets.AnswersComeFromAsync("primary", more: 200);
        config.Tiers = ["secondary", "primary"];
        config.Save();
        await gateway.ActiveAsync("secondary");
        await gets.AnswersComeFromAsync("secondary");
        await gets.StopAsync();

        gets.AssertNothingFailed();
    }

    [Fact]
    public async Task A_third_backend_and_another_order_are_taken_over_without_losing_a_request()
    {
        var (primary, secondary) = await BackendsAsync();
        var third = await BackendAsync("third");
        var config = ConfigFor(primary, secondary);
        var gateway = await GatewayAsync(config);
        await primary.FailAsync("slow");
        var gets = Gets(gateway, perSecond: 50);
        var posts = Posts(gateway);
        await gets.AnswersComeFromAsync("primary", more: 1);

        // Requests that take two seconds are under way at the primary while it loses its place.
        config["ReverseProxy:Clusters:api:Destinations:third:Address"] = third.Url.ToString();
        config.Tiers = ["third", "primary", "secondary"];
        config.Replace();
        var pool = await gateway.ActiveAsync("third");
        await gets.AnswersComeFromAsync("third");

        // The same, and the primary goes altogether.
        config.Tiers = ["primary", "third", "secondary"];
        config.Save();
        await gateway.ActiveAsync("primary");
        await gets.AnswersComeFromAsync("primary", more: 1);
        config["ReverseProxy:Clusters:api:Destinations:primary"] = null;
        config.Tiers = ["third", "secondary"];
        config.Save();
        var last = await gateway.ActiveAsync("third");
        await gets.AnswersComeFromAsync("third");
        await Task.WhenAll(gets.StopAsync(), posts.StopAsync());

        gets.AssertNothingFailed();
        posts.AssertNothingFailed();
        Assert.Equal(["third", "primary", "secondary"], pool.Backends.Select(backend => backend.Id));
        Assert.Equal(["third", "secondary"], last.Backends.Select(backend => backend.Id));
        Assert.True(last.Epoch > pool.Epoch);
        Assert.Equal(0, (await gateway.MetricsAsync()).Sum("gateway_engine_faults_total"));
    }

    [Fact]
    public async Task Twenty_reloads_under_load_lose_nothing()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        config[$"{Pool}:Failback:MaxChangesPerHour"] = 0;
        var gateway = await GatewayAsync(config);
        var (gets, posts) = (Gets(gateway), Posts(gateway, perSecond: 50));
        await gets.AnswersComeFromAsync("primary");

        for (var reload = 1; reload <= 20; reload++)
        {
            var first = reload % 2 == 0 ? "primary" : "secondary";
            config.Tiers = first == "primary" ? ["primary", "secondary"] : ["secondary", "primary"];
            config[$"{Pool}:Failback:StableTime"] = "0ms";
            config["ReverseProxy:Routes:api:Metadata:Reload"] = $"{reload}";
            config["ReverseProxy:Clusters:api:HttpClient:MaxConnectionsPerServer"] = 1000 + reload;
            config.Save();
            await gateway.ActiveAsync(first);
        }

        await gets.AnswersComeFromAsync("primary");
        await Task.WhenAll(gets.StopAsync(), posts.StopAsync());

        gets.AssertNothingFailed();
        posts.AssertNothingFailed();
        var metrics = await gateway.MetricsAsync();
        Assert.Equal(0, metrics.Sum("gateway_configuration_refused_total"));
        Assert.Equal(0, metrics.Sum("gateway_engine_faults_total"));
        Assert.Equal(gets.Sent + posts.Sent, metrics.Sum("gateway_requests_total"));
    }

    /// <summary>A configuration that would be accepted if its backends, which are not there, were never asked.</summary>
    private GatewayConfig Sound() => new(Folder, ("primary", new Uri("http://127.0.0.1:1/")), ("secondary", new Uri("http://127.0.0.1:2/")));

    private static async Task AssertRefusedAsync(GatewayProcess gateway, string first, string[] named)
    {
        Assert.Equal(1, await gateway.ExitAsync());
        Assert.Contains(first, gateway.Errors.Split('\n')[0], StringComparison.Ordinal);
        Assert.All(named, text => Assert.Contains(text, gateway.Errors, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", gateway.Errors, StringComparison.Ordinal);
        Assert.Equal(string.Empty, gateway.Output);
    }
}
