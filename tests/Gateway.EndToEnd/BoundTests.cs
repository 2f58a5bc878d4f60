using System.Diagnostics;
using System.Net;
using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>What could multiply without an end does not: attempts while everything fails, and a gateway that is its own backend.</summary>
public sealed class BoundTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const int PerSecond = 200;
    private const int Load = 1400;

    // A fifth of the requests, and of that what ten seconds save up; and the floor.
    private const double Share = 0.2;
    private const int Capacity = (int)(PerSecond * Share * 10);
    private const int Floor = 10;

    [Theory]
    [InlineData("answers badly")]
    [InlineData("breaks")]
    public async Task While_everything_fails_the_attempts_stay_within_the_budget(string how)
    {
        var answer = how == "breaks" ? RawAnswer.CloseWithReset : RawAnswer.Status(500, "no");
        await using var primary = new RawBackend(_ => answer);
        await using var secondary = new RawBackend(_ => answer);
        var gateway = await BetweenAsync(primary.Url, secondary.Url, config => config["Failover:Pools:api:Budget:Floor"] = Floor);
        var gets = Gets(gateway, PerSecond);
        await Eventually.TrueAsync("enough clients have come", () => gets.Sent >= Load);
        await gets.StopAsync();

        var metrics = await gateway.MetricsAsync();
        var (requests, attempts) = (metrics.Sum("gateway_requests_total"), metrics.Sum("gateway_attempts_total"));
        Assert.Equal(gets.Sent, requests);
        Assert.Equal(gets.Sent, metrics.Sum("gateway_requests_total", "outcome=\"failed\""));
        Assert.True(attempts <= (requests * (1 + Share)) + Capacity + Floor, $"{attempts} attempts for {requests} requests");
        Assert.True(attempts > requests, "Nothing was tried twice.");
        Assert.True(primary.Requests.Count + secondary.Requests.Count <= attempts * 1.1, $"{primary.Requests.Count} and {secondary.Requests.Count} arrived");
    }

    [Fact]
    public async Task Two_thousand_requests_that_wait_cost_the_gateway_little()
    {
        const int Many = 2000;
        const long Megabytes = 1024 * 1024;
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var backend = await KestrelBackend.StartAsync(_ => gate.Task);
        var gateway = await BetweenAsync(backend.Url, backend.Url, config => config["Failover:Pools:api:Hedging:Mode"] = "Off");
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway.Url, Timeout = TimeSpan.FromSeconds(60) };

        var waiting = Enumerable.Range(0, Many).Select(_ => http.GetAsync("api/data")).ToList();
        await Eventually.TrueAsync("all of them are under way", () => backend.Requests.Count == Many);
        Assert.Equal(Many, (await gateway.MetricsAsync()).Sum("gateway_attempts_in_flight"));
        using var process = Process.GetProcessById(gateway.Id);
        Assert.InRange(process.WorkingSet64, 0, 600 * Megabytes);

        gate.SetResult();
        foreach (var response in await Task.WhenAll(waiting))
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            response.Dispose();
        }
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_gateway_that_is_its_own_backend_says_so_and_lives(string method)
    {
        var port = Ports.Take();
        await using var healthy = new RawBackend(_ => RawAnswer.Ok);
        var config = new GatewayConfig(Folder, ("primary", new Uri($"http://127.0.0.1:{port}/")));
        config["ReverseProxy:Clusters:api:Destinations:primary:Health"] = healthy.Url.ToString();
        config.NeverJudges();
        var gateway = Own(GatewayProcess.LaunchAt(port, Folder, "--config", config.Save().Path));
        await gateway.AllUpAsync();

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => RawClient.SendAsync(gateway, method, "/api/data", $"loop-{number}")));

        Assert.All(replies, reply => Assert.Equal(508, reply.Status));
        Assert.InRange((await gateway.MetricsAsync()).Sum("gateway_attempts_total"), 1, 100);
        using var ready = await gateway.Http.GetAsync("readyz");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        await Eventually.TrueAsync("nothing is in flight", async () => (await gateway.MetricsAsync()).Sum("gateway_attempts_in_flight") == 0);
    }
}
