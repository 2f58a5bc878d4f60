using System.Net.Sockets;
using System.Text;
using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>Clients that are slow, rude or dishonest are no failure of a backend.</summary>
public sealed class ClientTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const int Times = 6;

    public enum Leaving
    {
        WhileWaitingWithFin,
        WhileWaitingWithReset,
        WhileSendingWithFin,
        WhileSendingWithReset,
        WithBadChunk,
    }

    [Theory]
    [InlineData(Leaving.WhileWaitingWithFin)]
    [InlineData(Leaving.WhileWaitingWithReset)]
    [InlineData(Leaving.WhileSendingWithFin)]
    [InlineData(Leaving.WhileSendingWithReset)]
    [InlineData(Leaving.WithBadChunk)]
    public async Task A_client_that_leaves_is_not_counted_against_the_backend(Leaving leaving)
    {
        var (primary, secondary) = await BackendsAsync();
        var gateway = await GatewayAsync(ConfigFor(primary, secondary));
        var waits = leaving is Leaving.WhileWaitingWithFin or Leaving.WhileWaitingWithReset;
        if (waits)
        {
            await primary.FailAsync("slow");
        }

        for (var number = 1; number <= Times; number++)
        {
            var count = number;
            using var client = await RawClient.ConnectAsync(gateway);
            await client.SendAsync(Encoding.ASCII.GetBytes(waits
                ? "POST /api/data HTTP/1.1\r\nHost: gateway\r\nContent-Length: 4\r\n\r\nbody"
                : "POST /api/data HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n"));
            await Eventually.TrueAsync("the backend has got it", async () => (await primary.ExecutionsAsync()).Total == count);
            await LeaveAsync(client, leaving);
            await Eventually.TrueAsync(
                "the request has ended", async () => (await gateway.MetricsAsync()).Sum("gateway_requests_total") == count);
        }

        var metrics = await gateway.MetricsAsync();
        Assert.Equal(Times, metrics.Sum("gateway_requests_total", "outcome=\"aborted\""));
        Assert.Equal(Times, metrics.Sum("gateway_attempts_total", "backend=\"primary\"", "result=\"client-left\""));
        Assert.Equal(Times, metrics.Sum("gateway_attempts_total"));
        var pool = await gateway.PoolAsync();
        Assert.Equal(("primary", "up"), (pool.Active, pool.Backend("primary").Health));
        Assert.Equal(0, (await secondary.ExecutionsAsync()).Total);
    }

    [Fact]
    public async Task A_client_that_leaves_in_the_middle_of_an_answer_is_not_counted_against_the_backend()
    {
        var (primary, secondary) = await BackendsAsync();
        var gateway = await GatewayAsync(ConfigFor(primary, secondary));
        for (var number = 1; number <= Times; number++)
        {
            var count = number;
            using var client = await RawClient.ConnectAsync(gateway);
            await client.SendAsync("GET /api/blob?size=100m HTTP/1.1\r\nHost: gateway\r\n\r\n"u8.ToArray());
            Assert.True(await client.ReceiveAsync(new byte[10_000]) > 0);
            await LeaveAsync(client, Leaving.WhileWaitingWithReset);
            await Eventually.TrueAsync(
                "the request has ended", async () => (await gateway.MetricsAsync()).Sum("gateway_requests_total") == count);
        }

        var metrics = await gateway.MetricsAsync();
        Assert.Equal(Times, metrics.Sum("gateway_requests_total", "outcome=\"aborted\""));
        Assert.Equal(Times, metrics.Sum("gateway_attempts_total", "result=\"client-left\""));
        Assert.Equal("up", (await gateway.PoolAsync()).Backend("primary").Health);
    }

    [Fact]
    public async Task Forged_headers_reach_no_backend()
    {
        await using var primary = new RawBackend(_ => RawAnswer.Ok);
        var secondary = await BackendAsync("secondary");
        var gateway = await GatewayAsync(new GatewayConfig(Folder, ("primary", primary.Url), ("secondary", secondary.Url)));
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
        {
            using var request = new HttpRequestMessage(method, "api/data");
            request.Headers.Add("X-Failover-Epoch", "999;secondary");
            request.Headers.Add("x-failover-secret", "guessed");
            request.Headers.Add("X-Failover-Backend", ["one", "two"]);
            request.Headers.Add("X-Other", "kept");
            using var response = await gateway.Http.SendAsync(request);
            response.EnsureSuccessStatusCode();

            var got = primary.Requests.Last();
            // Whoever says an epoch passes for a gateway, and is told apart from this one's own requests by name.
            var ours = got.Head.Split("\r\n").Where(line =>
                line.StartsWith("X-Failover-", StringComparison.OrdinalIgnoreCase) && !line.StartsWith("X-Failover-Via:", StringComparison.Ordinal));
            Assert.Equal(["X-Failover-Epoch: 1;primary"], ours);
            Assert.Equal("kept", got.Header("X-Other"));
        }
    }

    [Fact]
    public async Task A_request_that_no_route_or_rule_allows_counts_against_nobody()
    {
        var (primary, secondary) = await BackendsAsync();
        var gateway = await GatewayAsync(ConfigFor(primary, secondary));

        foreach (var (text, status) in new[]
        {
            ("GET /nowhere HTTP/1.1\r\nHost: gateway\r\n\r\n", "404"),
            ("GET /api/data HTTP/1.1\r\nHost: gateway\r\nHost: another\r\n\r\n", "400"),
            ("GET /api/data HTTP/1.1\r\n\r\n", "400"),
            ("nonsense\r\n\r\n", "400"),
            ("POST /api/data HTTP/1.1\r\nHost: gateway\r\nContent-Length: many\r\n\r\n", "400"),
        })
        {
            using var client = await RawClient.ConnectAsync(gateway);
            await client.SendAsync(Encoding.ASCII.GetBytes(text));
            var buffer = new byte[4096];
            var read = await client.ReceiveAsync(buffer);
            Assert.StartsWith($"HTTP/1.1 {status} ", Encoding.ASCII.GetString(buffer, 0, read), StringComparison.Ordinal);
        }

        var metrics = await gateway.MetricsAsync();
        Assert.Equal(0, metrics.Sum("gateway_attempts_total"));
        Assert.Equal(0, (await primary.ExecutionsAsync()).Total + (await secondary.ExecutionsAsync()).Total);
    }

    private static async Task LeaveAsync(Socket client, Leaving leaving)
    {
        switch (leaving)
        {
            case Leaving.WhileWaitingWithFin or Leaving.WhileSendingWithFin:
                client.Shutdown(SocketShutdown.Both);
                client.Close();
                break;
            case Leaving.WithBadChunk:
                await client.SendAsync("this is no chunk\r\n"u8.ToArray());
                break;
            default:
                client.LingerState = new LingerOption(enable: true, seconds: 0);
                client.Close();
                break;
        }
    }
}
