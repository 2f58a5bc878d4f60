using System.Net.WebSockets;
using Gateway.EndToEnd.Harness;
using Microsoft.AspNetCore.Http;

namespace Gateway.EndToEnd;

/// <summary>A backend that hangs is left long before any timeout, and what is slow by nature is not taken for a hang.</summary>
public sealed class StallTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const int Many = 8;

    // Far below the timeouts of attempts and probes, and long enough for a busy machine.
    private static readonly TimeSpan BeforeAnyTimeout = TimeSpan.FromSeconds(6);

    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_backend_that_stands_still_is_left_before_any_timeout_and_no_get_fails()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        config["Failover:Pools:api:Attempts:Timeout"] = "10s";
        config["Failover:Pools:api:Probe:Timeout"] = "10s";
        var gateway = await GatewayAsync(config);
        var gets = Gets(gateway);
        await gets.AnswersComeFromAsync("primary", more: 200);

        primary.Send(Signal.Stop);
        await gateway.ActiveAsync("secondary", BeforeAnyTimeout);
        await gets.AnswersComeFromAsync("secondary", more: 100);
        await gets.StopAsync();

        gets.AssertNothingFailed();
        Assert.True((await gateway.PoolAsync()).Backend("primary").Ejected);
    }

    // At a few requests a second the hedges that begin with the suspicion answer each before it is silent for too long.
    [Fact]
    public async Task Hedges_do_not_hide_a_hang_where_requests_are_few_and_the_health_page_is_fine()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        config["Failover:Pools:api:Attempts:Timeout"] = "10s";
        config["Failover:Pools:api:Judging:Stall:Disarm"] = "0ms";
        var gateway = await GatewayAsync(config);
        var many = Gets(gateway);
        await many.AnswersComeFromAsync("primary", more: 200);
        await many.StopAsync();
        var few = Gets(gateway, perSecond: 25);

        await primary.FailAsync("hang");
        var left = await gateway.ActiveAsync("secondary", BeforeAnyTimeout);
        await few.StopAsync();

        few.AssertNothingFailed();
        Assert.Equal("stalled", left.Cause);
    }

    [Theory]
    [InlineData("poll")]
    [InlineData("slow")]
    [InlineData("stream")]
    [InlineData("socket")]
    public async Task What_is_silent_by_nature_is_no_hang(string kind)
    {
        await using var primary = await KestrelBackend.StartAsync(AnswerAsync);
        await using var secondary = await KestrelBackend.StartAsync(AnswerAsync);
        var gateway = await GatewayAsync(ConfigFor(primary, secondary));
        for (var fast = 0; kind == "slow" && fast < 60; fast++)
        {
            await gateway.Http.GetStringAsync("api/slow");
        }

        var gets = Gets(gateway);
        await gets.AnswersComeFromAsync("primary", more: 100);
        var silent = Enumerable.Range(0, Many).Select(_ => kind == "socket" ? TalkAsync(gateway) : AskAsync(gateway, kind)).ToList();
        await gets.AnswersComeFromAsync("primary", more: 300);
        Assert.DoesNotContain(silent, asking => asking.IsCompleted);
        _gate.SetResult();
        await Task.WhenAll(silent);
        await gets.StopAsync();

        gets.AssertNothingFailed();
        Assert.Empty(await gateway.ChangesAsync());
        Assert.Equal("up", (await gateway.PoolAsync()).Backend("primary").Health);
    }

    [Fact]
    public async Task A_standby_that_is_slow_at_first_is_not_left_again()
    {
        const int Cold = 100;
        await using var primary = await KestrelBackend.StartAsync(AnswerAsync);
        await using var secondary = await KestrelBackend.StartAsync(WarmingAsync(Cold));
        var gateway = await GatewayAsync(ConfigFor(primary, secondary));
        var gets = Gets(gateway);
        await gets.AnswersComeFromAsync("primary", more: 200);

        await gateway.CommandAsync("pools/api/switchover", new { to = "secondary" });
        await gets.AnswersComeFromAsync("secondary", more: 2 * Cold);
        await gets.StopAsync();

        gets.AssertNothingFailed();
        Assert.Equal(["switchover"], (await gateway.ChangesAsync()).Select(change => change.Kind));
        Assert.Equal("up", (await gateway.PoolAsync()).Backend("secondary").Health);
    }

    private GatewayConfig ConfigFor(KestrelBackend primary, KestrelBackend secondary)
    {
        var config = new GatewayConfig(Folder, ("primary", primary.Url), ("secondary", secondary.Url));
        config["ReverseProxy:Routes:slow:ClusterId"] = "api";
        config["ReverseProxy:Routes:slow:Match:Path"] = "/api/slow";
        config["ReverseProxy:Routes:slow:Order"] = -1;
        config["Failover:Routes:slow:Slow"] = true;
        config["Failover:Pools:api:Failback:Mode"] = "Never";
        return config;
    }

    /// <summary>Fast, but for what is asked to wait for the test's word; a poll and a slow answer wait before their head, a stream and a socket after it.</summary>
    private async Task AnswerAsync(HttpContext context)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await _gate.Task;
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", CancellationToken.None);
            return;
        }

        var waits = context.Request.Query.ContainsKey("wait");
        if (waits && context.Request.Path == "/api/stream")
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.FlushAsync();
        }

        if (waits)
        {
            await _gate.Task;
        }

        await context.Response.WriteAsync("data: done\n\n");
    }

    /// <summary>Slow for so many answers, as a process is that has compiled and cached nothing yet.</summary>
    private static RequestDelegate WarmingAsync(int answers)
    {
        var (count, slowly) = (0, TimeSpan.FromMilliseconds(300));
        return async context =>
        {
            if (Interlocked.Increment(ref count) <= answers)
            {
                await Task.Delay(slowly, context.RequestAborted);
            }

            await context.Response.WriteAsync("warm");
        };
    }

    private static async Task AskAsync(GatewayProcess gateway, string kind) =>
        Assert.Equal("data: done\n\n", await gateway.Http.GetStringAsync($"api/{kind}?wait=1"));

    private static async Task TalkAsync(GatewayProcess gateway)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(gateway.Url) { Scheme = "ws", Path = "/api/ws" }.Uri, CancellationToken.None);
        var farewell = await socket.ReceiveAsync(new byte[16].AsMemory(), CancellationToken.None);
        Assert.Equal(WebSocketMessageType.Close, farewell.MessageType);
    }
}
