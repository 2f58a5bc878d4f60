using System.Net;
using System.Text.Json.Nodes;
using Gateway.EndToEnd.Harness;
using Microsoft.AspNetCore.Http;

namespace Gateway.EndToEnd;

/// <summary>
/// While one backend of a tier is silent, another is asked too; the first answer wins, the other attempt is given up, and nothing with an effect is
/// ever asked of two.
/// </summary>
public sealed class HedgeTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _givenUp;

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    public async Task What_is_only_read_is_asked_of_another_while_the_first_is_silent(string method)
    {
        await using var first = await KestrelBackend.StartAsync(WaitAsync);
        await using var second = await KestrelBackend.StartAsync(context => AnswerAsync(context, "second"));
        var gateway = await TierAsync(first.Url, second.Url);

        var reply = await RawClient.SendAsync(gateway, method, "/api/data", "hedged");

        Assert.True(reply is { Status: 200, IsWhole: true }, reply.Text);
        Assert.Equal(("secondary", "2"), (reply.Header("X-Failover-Backend"), reply.Header("X-Failover-Attempts")));
        Assert.Equal((1, 1), (first.Executions("hedged"), second.Executions("hedged")));
        await Eventually.TrueAsync("the first attempt is given up", () => Volatile.Read(ref _givenUp) == 1);
        await Eventually.TrueAsync("nothing is in flight", async () => (await gateway.MetricsAsync()).Sum("gateway_attempts_in_flight") == 0);
        Assert.Equal(0, (await gateway.MetricsAsync()).Sum("gateway_requests_total", "outcome=\"failed\""));
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("POST")]
    public async Task What_has_an_effect_is_asked_of_one_however_long_it_takes(string method)
    {
        await using var first = await KestrelBackend.StartAsync(WaitAsync);
        await using var second = await KestrelBackend.StartAsync(context => AnswerAsync(context, "second"));
        var gateway = await TierAsync(first.Url, second.Url);

        var sending = RawClient.SendAsync(gateway, method, "/api/data", "once", "a body");
        await Eventually.TrueAsync("the first has it", () => first.Executions("once") == 1);
        // So long that a hedge would have been sent many times over.
        for (var number = 0; number < 5; number++)
        {
            Assert.Equal("secondary", (await RawClient.SendAsync(gateway, "GET", "/api/data", $"get-{number}")).Header("X-Failover-Backend"));
        }

        _gate.SetResult();
        Assert.Equal("first", (await sending).Content);
        Assert.Equal((1, 0), (first.Executions("once"), second.Executions("once")));
    }

    [Fact]
    public async Task A_hedge_that_fails_does_not_spoil_the_first_attempt()
    {
        await using var first = await KestrelBackend.StartAsync(WaitAsync);
        await using var second = new RawBackend(_ => RawAnswer.CloseWithReset);
        var gateway = await TierAsync(first.Url, second.Url);

        var asking = RawClient.SendAsync(gateway, "GET", "/api/data", "hedged");
        await Eventually.TrueAsync("the hedge has failed", () => second.Executions("hedged") >= 1);
        _gate.SetResult();
        var reply = await asking;

        Assert.True(reply is { Status: 200, Content: "first" }, reply.Text);
        Assert.Equal("primary", reply.Header("X-Failover-Backend"));
    }

    [Fact]
    public async Task A_client_that_leaves_ends_both_attempts()
    {
        await using var first = await KestrelBackend.StartAsync(WaitAsync);
        await using var second = await KestrelBackend.StartAsync(WaitAsync);
        var gateway = await TierAsync(first.Url, second.Url);
        using (var client = await RawClient.ConnectAsync(gateway))
        {
            await client.SendAsync("GET /api/data HTTP/1.1\r\nHost: gateway\r\nX-Request-Id: left\r\n\r\n"u8.ToArray());
            await Eventually.TrueAsync("both have it", () => first.Executions("left") + second.Executions("left") == 2);
        }

        await Eventually.TrueAsync("both attempts are given up", () => Volatile.Read(ref _givenUp) == 2);
        await Eventually.TrueAsync(
            "it is counted as the client's doing", async () => (await gateway.MetricsAsync()).Sum("gateway_requests_total", "outcome=\"aborted\"") == 1);
        Assert.Equal(0, (await gateway.MetricsAsync()).Sum("gateway_attempts_in_flight"));
    }

    /// <summary>Both in one tier, and the first by name is always asked first.</summary>
    private Task<GatewayProcess> TierAsync(Uri first, Uri second) => BetweenAsync(first, second, config =>
    {
        config["Failover:Pools:api:Tiers"] = new JsonArray(new JsonArray("primary", "secondary"));
        config["ReverseProxy:Clusters:api:LoadBalancingPolicy"] = "FirstAlphabetical";
        config["Failover:Pools:api:Hedging:Mode"] = "Fixed";
        config["Failover:Pools:api:Hedging:Delay"] = "50ms";
    });

    private async Task WaitAsync(HttpContext context)
    {
        try
        {
            await _gate.Task.WaitAsync(context.RequestAborted);
            await AnswerAsync(context, "first");
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _givenUp);
        }
    }

    private static Task AnswerAsync(HttpContext context, string text)
    {
        context.Response.StatusCode = (int)HttpStatusCode.OK;
        context.Response.ContentLength = text.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(text);
    }
}
