using System.Net;
using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>While nobody can serve, requests wait for a bounded while, and a bounded number of them.</summary>
public sealed class HoldTests(ITestOutputHelper output) : EndToEndTest(output)
{
    [Fact]
    public async Task Both_backends_may_die_and_come_back_without_a_failed_get()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        config["Failover:Pools:api:Hold:Timeout"] = "15s";
        var gateway = await GatewayAsync(config);
        var gets = Gets(gateway, perSecond: 50);
        await gets.AnswersComeFromAsync("primary");

        primary.Send(Signal.Kill);
        secondary.Send(Signal.Kill);
        var before = gets.Sent;
        await gateway.PoolAsync("both are down", pool => pool.Backends.All(backend => backend.Health == "down"));
        await Eventually.TrueAsync("clients have come for two seconds", () => gets.Sent >= before + 100);
        await Task.WhenAll(primary.RestartAsync(), secondary.RestartAsync());
        await gateway.AllUpAsync();
        var answered = gets.Endings.Count;
        await Eventually.TrueAsync("answers come again", () => gets.Endings.Count >= answered + 50);
        await gets.StopAsync();

        gets.AssertNothingFailed();
    }

    [Fact]
    public async Task Who_finds_the_queue_full_is_told_when_to_come_back_and_who_waits_is_served()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        config["Failover:Pools:api:Hold:Timeout"] = "20s";
        config["Failover:Pools:api:Hold:Max"] = 2;
        var gateway = await GatewayAsync(config);
        await Task.WhenAll(primary.KillAsync(), secondary.KillAsync());
        await gateway.PoolAsync("both are down", pool => pool.Backends.All(backend => backend.Health == "down"));

        var asking = Enumerable.Range(0, 3).Select(_ => gateway.Http.GetAsync("api/data")).ToList();
        var first = await Task.WhenAny(asking);
        using var refused = await first;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.Equal(1, asking.Count(request => request.IsCompleted));

        await primary.RestartAsync();
        foreach (var waiting in asking.Where(request => request != first))
        {
            using var served = await waiting;
            Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        }
    }

    [Fact]
    public async Task Who_leaves_the_queue_gives_his_place_to_the_next()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        config["Failover:Pools:api:Hold:Timeout"] = "20s";
        config["Failover:Pools:api:Hold:Max"] = 1;
        var gateway = await GatewayAsync(config);
        await Task.WhenAll(primary.KillAsync(), secondary.KillAsync());
        await gateway.PoolAsync("both are down", pool => pool.Backends.All(backend => backend.Health == "down"));
        for (var left = 1; left <= 5; left++)
        {
            var count = left;
            using (var client = await RawClient.ConnectAsync(gateway))
            {
                await client.SendAsync("GET /api/data HTTP/1.1\r\nHost: gateway\r\n\r\n"u8.ToArray());
            }

            await Eventually.TrueAsync(
                "the one who left is counted", async () => (await gateway.MetricsAsync()).Sum("gateway_requests_total", "outcome=\"aborted\"") == count);
        }

        var waiting = gateway.Http.GetAsync("api/data");
        await primary.RestartAsync();
        using var served = await waiting;
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Who_has_waited_for_nothing_is_told_when_to_come_back(string method)
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        config["Failover:Pools:api:Hold:Timeout"] = "300ms";
        var gateway = await GatewayAsync(config);
        await Task.WhenAll(primary.KillAsync(), secondary.KillAsync());
        await gateway.PoolAsync("both are down", pool => pool.Backends.All(backend => backend.Health == "down"));

        var reply = await RawClient.SendAsync(gateway, method, "/api/data", method);

        Assert.True(reply is { Status: 503, IsWhole: true }, reply.Text);
        Assert.Equal((true, null), (int.Parse(reply.Header("Retry-After") ?? "0") > 0, reply.Header("X-Failover-Outcome")));
    }
}
