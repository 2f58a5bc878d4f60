using System.Net;
using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>Backends that come and go while the gateway runs: no client notices, and a restart forgets nothing.</summary>
public sealed class AddedBackendTests(ITestOutputHelper output) : EndToEndTest(output)
{
    [Fact]
    public async Task One_that_is_added_in_an_outage_carries_the_pool_alone_outlives_a_restart_and_can_be_removed()
    {
        var (primary, secondary) = await BackendsAsync();
        var third = await BackendAsync("third");
        var config = ConfigFor(primary, secondary);
        config["Failover:Pools:api:Hold:Timeout"] = "15s";
        var gateway = await GatewayAsync(config);
        var gets = Gets(gateway, perSecond: 100);
        await gets.AnswersComeFromAsync("primary");

        await gateway.CommandAsync("pools/api/backends", new { id = "third", address = third.Url, tier = 2 });
        var pool = await gateway.PoolAsync("the third is up", pool => pool.Backend("third").Health == "up");
        Assert.Equal((2, true, "standby"), (pool.Backend("third").Tier, pool.Backend("third").Added, pool.Backend("third").Role));
        await primary.KillAsync();
        await gets.AnswersComeFromAsync("secondary");
        await secondary.KillAsync();
        await gets.AnswersComeFromAsync("third", more: 100);
        await gets.StopAsync();
        gets.AssertNothingFailed();

        gateway.Send(Signal.Kill);
        await gateway.ExitAsync();
        var again = Launch("--config", config.Path);
        await again.PoolAsync("the third is up", pool => pool.Active == "third" && pool.Backend("third").Health == "up");
        var more = Gets(again, perSecond: 100);
        await more.AnswersComeFromAsync("third");
        Assert.Equal(HttpStatusCode.Conflict, await RemoveAsync(again, "third"));

        await Task.WhenAll(primary.RestartAsync(), secondary.RestartAsync());
        await again.ActiveAsync("primary");
        Assert.Equal(HttpStatusCode.Accepted, await RemoveAsync(again, "third"));
        Assert.Equal(["primary", "secondary"], (await again.PoolAsync()).Backends.Select(backend => backend.Id));
        await more.StopAsync();
        more.AssertNothingFailed();
    }

    [Fact]
    public async Task Removing_the_active_one_under_load_loses_nothing_neither_do_reloads_at_the_same_time()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        var gateway = await GatewayAsync(config);
        var gets = Gets(gateway);
        await gets.AnswersComeFromAsync("primary");

        config["Failover:Pools:api:Probe:Fall"] = 3;
        config.Save();
        Assert.Equal(HttpStatusCode.Accepted, await RemoveAsync(gateway, "primary"));
        await gets.AnswersComeFromAsync("secondary");
        await gateway.SaysAsync("A changed configuration is in force.");
        var pool = await gateway.PoolAsync();
        Assert.Equal(("secondary", "removed", 2L), (pool.Active, pool.Cause, pool.Epoch));
        Assert.DoesNotContain(pool.Backends, backend => backend.Id == "primary");

        await gateway.CommandAsync("pools/api/backends", new { id = "primary" });
        await gateway.ActiveAsync("primary");
        await gets.AnswersComeFromAsync("primary");
        await gets.StopAsync();
        gets.AssertNothingFailed();
    }

    private static async Task<HttpStatusCode> RemoveAsync(GatewayProcess gateway, string backend)
    {
        using var response = await gateway.Http.DeleteAsync($"proxy/pools/api/backends/{backend}");
        return response.StatusCode;
    }
}
