using System.Net;
using System.Text.Json.Nodes;
using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>The active backend breaks under load, in every way that a backend can, and comes back.</summary>
public sealed class OutageTests(ITestOutputHelper output) : EndToEndTest(output)
{
    [Theory]
    [InlineData("killed")]
    [InlineData("terminated")]
    [InlineData("stopped")]
    [InlineData("reset")]
    [InlineData("error")]
    [InlineData("unhealthy")]
    [InlineData("hang")]
    [InlineData("slow")]
    [InlineData("forbidden")]
    public async Task An_outage_costs_no_get_and_repeats_no_post(string fault)
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        config["Failover:Pools:api:Judging:FailureStatuses"] = new JsonArray(403, 500, 502, 503, 504);
        var gateway = await GatewayAsync(config);
        var (gets, posts) = (Gets(gateway), Posts(gateway));
        // Enough to learn what is usual here: else the first slow answers would be it.
        await gets.AnswersComeFromAsync("primary", more: fault == "slow" ? 600 : 100);

        await BreakAsync(primary, fault);
        await gateway.PoolAsync("the primary is down", pool => pool.Active == "secondary" && pool.Backend("primary").Health == "down");
        await gets.AnswersComeFromAsync("secondary");
        await posts.AnswersComeFromAsync("secondary", more: 5);

        await MendAsync(primary, fault);
        await gateway.ActiveAsync("primary");
        await gets.AnswersComeFromAsync("primary");
        await posts.AnswersComeFromAsync("primary", more: 5);
        await Task.WhenAll(gets.StopAsync(), posts.StopAsync());

        gets.AssertNothingFailed();
        var changes = await gateway.ChangesAsync();
        Assert.Equal(["failback", "failover"], changes.Select(change => change.Kind));
        Assert.Equal([3L, 2L], changes.Select(change => change.Epoch));
        await AssertExecutedOnceAsync(posts, primary, secondary, forgetful: fault is "killed" or "terminated");
        await AssertCountedAsync(gateway, gets, posts);
    }

    // Between two such requests the fast probes clear the suspicion, which is no reason to begin counting anew.
    [Fact]
    public async Task A_backend_whose_health_page_is_fine_is_left_even_where_requests_are_rare()
    {
        var (primary, secondary) = await BackendsAsync();
        var gateway = await GatewayAsync(ConfigFor(primary, secondary));
        await gateway.PoolAsync("both are up", pool => pool.Backends.All(backend => backend.Health == "up"));
        await primary.FailAsync("error");

        for (var posts = 1; posts <= 3; posts++)
        {
            using var response = await gateway.Http.PostAsync("api/data", new StringContent("x"));
            Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
            await gateway.PoolAsync("the suspicion is cleared, or the verdict there", pool => pool.Backend("primary").Health is "up" or "down");
        }

        await gateway.ActiveAsync("secondary");
    }

    [Fact]
    public async Task A_backend_that_was_taken_down_gets_nothing_until_it_is_up_again()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        config["Failover:Pools:api:Judging:EjectionTime"] = "1h";
        var gateway = await GatewayAsync(config);
        var gets = Gets(gateway);
        await primary.FailAsync("error");
        await gateway.ActiveAsync("secondary");
        await gets.AnswersComeFromAsync("secondary");

        var before = await primary.ExecutionsAsync();
        await gets.AnswersComeFromAsync("secondary", more: 200);
        var after = await primary.ExecutionsAsync();

        Assert.Equal(before.Total, after.Total);
        Assert.True((await gateway.PoolAsync()).Backend("primary").Ejected);
    }

    [Fact]
    public async Task When_both_answer_badly_the_client_gets_the_answer_of_the_preferred_one()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        config["Failover:Pools:api:Judging:FailureStreak"] = 1000;
        var gateway = await GatewayAsync(config);
        await Task.WhenAll(primary.FailAsync("error"), secondary.FailAsync("error"));

        using var response = await gateway.Http.GetAsync("api/data");

        Assert.Equal(500, (int)response.StatusCode);
        Assert.Equal(["primary"], response.Headers.GetValues("X-Failover-Backend"));
        Assert.Equal(["2"], response.Headers.GetValues("X-Failover-Attempts"));
        Assert.Contains("This backend was told to answer", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task BreakAsync(BackendProcess backend, string fault)
    {
        switch (fault)
        {
            case "killed":
                backend.Send(Signal.Kill);
                break;
            case "terminated":
                backend.Send(Signal.Terminate);
                break;
            case "stopped":
                backend.Send(Signal.Stop);
                break;
            default:
                await backend.FailAsync(fault);
                break;
        }
    }

    private static async Task MendAsync(BackendProcess backend, string fault)
    {
        switch (fault)
        {
            case "killed" or "terminated":
                await backend.RestartAsync();
                break;
            case "stopped":
                backend.Send(Signal.Continue);
                break;
            default:
                await backend.RecoverAsync();
                break;
        }
    }

    /// <param name="forgetful">The primary was killed, and with it what it had counted until then.</param>
    private static async Task AssertExecutedOnceAsync(LoadGenerator posts, BackendProcess primary, BackendProcess secondary, bool forgetful)
    {
        var (first, second) = (await primary.ExecutionsAsync(), await secondary.ExecutionsAsync());
        foreach (var (id, ending) in posts.Endings)
        {
            var times = first.Of(id) + second.Of(id);
            Assert.True(times <= 1, $"POST {id} was executed {times} times: {ending}");
            Assert.True(ending.Status != 200 || times == 1 || (forgetful && ending.By == "primary"), $"POST {id} was executed {times} times: {ending}");
            Assert.True(ending.Status != 502 || second.Of(id) == 0, $"POST {id} was executed by the secondary and answered {ending}");
            Assert.True(ending.Status != 502 || ending.Outcome == "unknown", $"POST {id} may have been executed, and the client was not told: {ending}");
        }
    }

    /// <summary>The gateway has counted what the clients saw: every request has one end.</summary>
    private static async Task AssertCountedAsync(GatewayProcess gateway, LoadGenerator gets, LoadGenerator posts)
    {
        var metrics = await gateway.MetricsAsync();
        var failed = posts.Endings.Values.Count(ending => ending.Status != 200);
        Assert.Equal(gets.Sent + posts.Sent, metrics.Sum("gateway_requests_total"));
        Assert.Equal(failed, metrics.Sum("gateway_requests_total", "outcome=\"failed\""));
        Assert.Equal(0, metrics.Sum("gateway_requests_total", "outcome=\"aborted\""));
        Assert.Equal(0, metrics.Sum("gateway_engine_faults_total"));
        Assert.Equal(0, metrics.Sum("gateway_inbox_dropped_total"));
        await Eventually.TrueAsync(
            "nothing is in flight any more", async () => (await gateway.MetricsAsync()).Sum("gateway_attempts_in_flight") == 0);
    }
}
