using System.Net;
using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>A backend that fails every real request while its health page is fine is left at once, and returned to only when requests show that it is well.</summary>
public sealed class GrayFailureTests(ITestOutputHelper output) : EndToEndTest(output)
{
    [Fact]
    public async Task It_is_not_returned_to_while_it_lasts_and_trials_cost_no_get()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        config["Failover:Pools:api:Judging:EjectionTime"] = "500ms";
        config["Failover:Pools:api:Judging:EjectionLimit"] = "1s";
        var gateway = await GatewayAsync(config);

        // One after the other, so that no more are under way than are needed.
        await primary.FailAsync("error");
        for (var request = 1; request <= 3; request++)
        {
            using var answered = await gateway.Http.GetAsync("api/data");
            Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
        }

        await gateway.ActiveAsync("secondary");
        Assert.Equal(3, await AttemptsAsync(gateway));

        // Its probe passes all the time.
        var gets = Gets(gateway);
        await Eventually.TrueAsync("four trials have failed", async () => await AttemptsAsync(gateway) >= 3 + 4);
        Assert.Single(await gateway.ChangesAsync());
        Assert.Equal("down", (await gateway.PoolAsync()).Backend("primary").Health);

        await primary.RecoverAsync();
        await gateway.ActiveAsync("primary");
        await gets.AnswersComeFromAsync("primary", more: 100);
        await gets.StopAsync();

        gets.AssertNothingFailed();
        Assert.Equal(["failback", "failover"], (await gateway.ChangesAsync()).Select(change => change.Kind));
    }

    [Fact]
    public async Task Where_only_posts_come_nothing_can_be_tried_and_the_probe_is_enough_in_the_end()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        config["Failover:Pools:api:Judging:EjectionTime"] = "500ms";
        config["Failover:Pools:api:Judging:TrialTime"] = "1s";
        var gateway = await GatewayAsync(config);
        var posts = Posts(gateway);
        await posts.AnswersComeFromAsync("primary", more: 5);

        await primary.FailAsync("error");
        await gateway.ActiveAsync("secondary");
        await primary.RecoverAsync();
        await gateway.ActiveAsync("primary");
        await posts.AnswersComeFromAsync("primary", more: 5);
        await posts.StopAsync();
    }

    [Fact]
    public async Task The_last_that_can_serve_is_kept_however_many_of_its_requests_fail()
    {
        var (primary, secondary) = await BackendsAsync();
        var gateway = await GatewayAsync(ConfigFor(primary, secondary));
        await Task.WhenAll(primary.FailAsync("error"), secondary.FailAsync("error"));
        var posts = Posts(gateway, perSecond: 50);

        await gateway.PoolAsync("one is ejected, the other suspected", pool => pool.Backends.Select(backend => backend.Health).Order().SequenceEqual(["down", "suspected"]));
        var failed = posts.Counts.GetValueOrDefault("500");
        await Eventually.TrueAsync("the client gets the backend's own answers", () => posts.Counts.GetValueOrDefault("500") >= failed + 20);

        Assert.DoesNotContain((await gateway.PoolAsync()).Backends, backend => backend.Health == "down" && backend.Role == "active");
        await posts.StopAsync();
    }

    private static async Task<double> AttemptsAsync(GatewayProcess gateway) => (await gateway.MetricsAsync()).Sum("gateway_attempts_total", "backend=\"primary\"", "result=\"status\"");
}
