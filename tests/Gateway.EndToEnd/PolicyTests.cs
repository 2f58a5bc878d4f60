using System.Net;
using System.Text.Json.Nodes;
using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>How a pool may be told to choose and to hold back: dry runs, minimums, weights, flapping, sessions.</summary>
public sealed class PolicyTests(ITestOutputHelper output) : EndToEndTest(output)
{
    [Fact]
    public async Task A_dry_run_says_what_it_would_do_and_does_nothing()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        config["Failover:Pools:api:Enforced"] = false;
        var gateway = await GatewayAsync(config);
        var gets = Gets(gateway);
        await gets.AnswersComeFromAsync("primary");

        primary.Send(Signal.Kill);
        await gateway.ActiveAsync("secondary");
        await gets.AnswersComeFromAsync("secondary");
        await primary.RestartAsync();
        // The verdict stays with the secondary for its stable time; requests do not care.
        await gets.AnswersComeFromAsync("primary");
        await gets.StopAsync();

        gets.AssertNothingFailed();
        Assert.True(Journal.Read(Folder.Journal).First(entry => entry.Kind == "ActiveChanged").DryRun);
        Assert.False((await gateway.PoolAsync()).Enforced);
    }

    [Fact]
    public async Task A_tier_with_too_few_backends_is_left_although_one_could_serve()
    {
        var (primary, twin, spare) = (await BackendAsync("primary"), await BackendAsync("twin"), await BackendAsync("spare"));
        var config = ConfigFor(primary, twin, spare);
        config["Failover:Pools:api:Tiers"] = new JsonArray(new JsonArray("primary", "twin"), "spare");
        config["Failover:Pools:api:TierMinimum"] = "100%";
        var gateway = await GatewayAsync(config);
        var gets = Gets(gateway);
        await gets.AnswersComeFromAsync("twin");

        twin.Send(Signal.Kill);
        await gateway.ActiveAsync("spare");
        await gets.AnswersComeFromAsync("spare");
        await twin.RestartAsync();
        await gateway.ActiveAsync("primary+twin");
        await gets.StopAsync();

        gets.AssertNothingFailed();
    }

    [Fact]
    public async Task Weights_share_a_tier_unevenly()
    {
        var (primary, twin) = (await BackendAsync("primary"), await BackendAsync("twin"));
        var config = ConfigFor(primary, twin);
        config["Failover:Pools:api:Tiers"] = new JsonArray(new JsonArray("primary", "twin"));
        config["Failover:Pools:api:Backends:primary:Weight"] = 300;
        config["Failover:Seed"] = 7;
        var gateway = await GatewayAsync(config);
        var gets = Gets(gateway, perSecond: 400);

        await gets.AnswersComeFromAsync("primary", more: 900);
        await gets.StopAsync();

        // Three of four, with the chance that a seed and the order of arrival leave.
        Assert.InRange(gets.AnsweredBy("primary") / (double)gets.Sent, 0.68, 0.82);
    }

    [Fact]
    public async Task A_pool_that_has_changed_too_often_rests_and_goes_on_serving()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        config["Failover:Pools:api:Failback:MaxChangesPerHour"] = 3;
        var gateway = await GatewayAsync(config);
        var gets = Gets(gateway);

        primary.Send(Signal.Kill);
        await gateway.ActiveAsync("secondary");
        await primary.RestartAsync();
        await gateway.ActiveAsync("primary");
        primary.Send(Signal.Kill);
        await gateway.ActiveAsync("secondary");
        await primary.RestartAsync();
        await gateway.PoolAsync("it rests", pool => pool.RestsUntil is not null);
        // All changes are made: now even a dead backend keeps the verdict, and requests go past it.
        secondary.Send(Signal.Kill);
        await gateway.PoolAsync("the secondary is down", pool => pool.Backend("secondary").Health == "down");
        await gets.AnswersComeFromAsync("primary");
        Assert.Equal("secondary", (await gateway.PoolAsync()).Active);

        await gateway.CommandAsync("pools/api/release");
        await gateway.ActiveAsync("primary");
        await gets.StopAsync();

        gets.AssertNothingFailed();
    }

    [Fact]
    public async Task A_session_stays_where_it_is_until_its_backend_dies_and_then_where_it_went()
    {
        var (primary, twin) = (await BackendAsync("primary"), await BackendAsync("twin"));
        var config = ConfigFor(primary, twin);
        config["Failover:Pools:api:Tiers"] = new JsonArray(new JsonArray("primary", "twin"));
        config["Failover:Pools:api:Backends:primary:Weight"] = 500;
        config["ReverseProxy:Clusters:api:SessionAffinity:Enabled"] = true;
        config["ReverseProxy:Clusters:api:SessionAffinity:AffinityKeyName"] = "session";
        config["ReverseProxy:Clusters:api:LoadBalancingPolicy"] = "RoundRobin";
        var gateway = await GatewayAsync(config);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, CookieContainer = new CookieContainer() }) { BaseAddress = gateway.Url };

        var first = await ByAsync(client);
        for (var request = 0; request < 10; request++)
        {
            Assert.Equal(first, await ByAsync(client));
        }

        (first == "primary" ? primary : twin).Send(Signal.Kill);
        var second = await ByAsync(client);
        Assert.NotEqual(first, second);
        await gateway.PoolAsync("it is known to be down", pool => pool.Backend(first).Health == "down");
        for (var request = 0; request < 10; request++)
        {
            Assert.Equal(second, await ByAsync(client));
        }
    }

    private static async Task<string> ByAsync(HttpClient client)
    {
        using var response = await client.GetAsync("api/data");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response.Headers.GetValues("X-Failover-Backend").Single();
    }
}
