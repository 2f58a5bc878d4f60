using System.Net;
using System.Net.WebSockets;
using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>What is under way at a backend when traffic leaves it: streams as the pool says, requests never cut.</summary>
public sealed class LeftBehindTests(ITestOutputHelper output) : EndToEndTest(output)
{
    [Theory]
    [InlineData("Close", "failover")]
    [InlineData("Close", "switchover")]
    [InlineData("Finish", "failover")]
    [InlineData("Finish", "switchover")]
    public async Task Streams_at_a_backend_that_was_left_are_closed_or_go_on(string streams, string change)
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        config["Failover:Pools:api:Streams"] = streams;
        var gateway = await GatewayAsync(config);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(gateway.Url) { Scheme = "ws", Path = "/api/ws" }.Uri, CancellationToken.None);
        Assert.True(await EchoesAsync(socket));
        using var asked = await EventsAsync(gateway, "text/event-stream");
        using var unasked = await EventsAsync(gateway, "*/*");

        await LeaveAsync(gateway, primary, change);

        if (streams == "Finish")
        {
            Assert.True(await EchoesAsync(socket));
            Assert.True(await GoesOnAsync(asked));
            Assert.True(await GoesOnAsync(unasked));
            return;
        }

        Assert.True(await EndsAsync(socket));
        await Eventually.TrueAsync("the events end", async () => !await GoesOnAsync(asked));
        await Eventually.TrueAsync("the events that came to a client that had not asked for events end", async () => !await GoesOnAsync(unasked));
    }

    [Theory]
    [InlineData("Close")]
    [InlineData("Finish")]
    public async Task A_post_under_way_is_never_cut_by_a_verdict(string streams)
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        config["Failover:Pools:api:Streams"] = streams;
        var gateway = await GatewayAsync(config);
        await primary.FailAsync("slow");
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/data") { Headers = { { "X-Request-Id", "slow" } }, Content = new StringContent("a body") };
        var posting = gateway.Http.SendAsync(request);
        await Eventually.TrueAsync("the primary has it", async () => await primary.ExecutionsAsync("slow") == 1);

        await LeaveAsync(gateway, primary, "switchover");

        using var response = await posting;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["primary"], response.Headers.GetValues("X-Failover-Backend"));
        Assert.Equal((1, 0), (await primary.ExecutionsAsync("slow"), await secondary.ExecutionsAsync("slow")));
    }

    private static async Task<StreamReader> EventsAsync(GatewayProcess gateway, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/stream?interval=20ms") { Headers = { { "Accept", accept } } };
        var response = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.True(await GoesOnAsync(reader));
        return reader;
    }

    private static async Task LeaveAsync(GatewayProcess gateway, BackendProcess primary, string change)
    {
        if (change == "switchover")
        {
            await gateway.CommandAsync("pools/api/switchover", new { to = "secondary" });
        }
        else
        {
            await primary.FailAsync("unhealthy");
        }

        await gateway.ActiveAsync("secondary");
    }

    private static async Task<bool> EchoesAsync(ClientWebSocket socket)
    {
        using var deadline = new CancellationTokenSource(Eventually.Soon);
        var buffer = new byte[16];
        await socket.SendAsync("still there?"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, deadline.Token);
        return (await socket.ReceiveAsync(buffer.AsMemory(), deadline.Token)).MessageType == WebSocketMessageType.Text
            && buffer.AsSpan().StartsWith("still there?"u8);
    }

    /// <summary>With a farewell or without one; by itself a silent socket would stay open.</summary>
    private static async Task<bool> EndsAsync(ClientWebSocket socket)
    {
        using var deadline = new CancellationTokenSource(Eventually.Soon);
        try
        {
            return (await socket.ReceiveAsync(new byte[16].AsMemory(), deadline.Token)).MessageType == WebSocketMessageType.Close;
        }
        catch (WebSocketException)
        {
            return true;
        }
    }

    /// <summary>Whether another line comes.</summary>
    private static async Task<bool> GoesOnAsync(StreamReader reader)
    {
        using var deadline = new CancellationTokenSource(Eventually.Soon);
        try
        {
            return await reader.ReadLineAsync(deadline.Token) is not null;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return false;
        }
    }
}
