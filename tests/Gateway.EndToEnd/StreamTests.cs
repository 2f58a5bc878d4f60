using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>What is long, or odd, goes through the gateway byte for byte, and at once.</summary>
public sealed class StreamTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const int TenMegabytes = 10 * 1024 * 1024;
    private const int Broken = 20;

    [Fact]
    public async Task A_websocket_echoes_small_and_large_messages_and_closes_cleanly()
    {
        var (_, gateway) = await ThroughAsync();
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(gateway.Url) { Scheme = "ws", Path = "/api/ws" }.Uri, CancellationToken.None);
        foreach (var message in new[] { "hello"u8.ToArray(), RandomNumberGenerator.GetBytes(1_000_000) })
        {
            await socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
            Assert.Equal(message, await ReceiveAsync(socket, message.Length));
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", CancellationToken.None);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        await Eventually.TrueAsync(
            "it is counted as a good request", async () => (await gateway.MetricsAsync()).Sum("gateway_requests_total", "outcome=\"ok\"") == 1);
        Assert.Equal("up", (await gateway.PoolAsync()).Backend("primary").Health);
    }

    [Fact]
    public async Task A_websocket_outlives_the_verdict_that_its_backend_no_longer_serves()
    {
        var (primary, secondary) = await BackendsAsync();
        var gateway = await GatewayAsync(ConfigFor(primary, secondary));
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(gateway.Url) { Scheme = "ws", Path = "/api/ws" }.Uri, CancellationToken.None);

        await gateway.CommandAsync("pools/api/switchover", new { to = "secondary" });
        await gateway.ActiveAsync("secondary");

        await socket.SendAsync("still there?"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        Assert.Equal("still there?", Encoding.UTF8.GetString(await ReceiveAsync(socket, 12)));
    }

    [Fact]
    public async Task Server_sent_events_come_one_by_one_and_not_at_the_end()
    {
        var (_, gateway) = await ThroughAsync();
        using var response = await gateway.Http.GetAsync("api/stream?interval=1ms&count=3600", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        for (var id = 1; id <= 100; id++)
        {
            Assert.Equal($"id: {id}", await reader.ReadLineAsync());
            Assert.Equal("event: tick", await reader.ReadLineAsync());
            Assert.StartsWith("data: {", await reader.ReadLineAsync(), StringComparison.Ordinal);
            Assert.Equal(string.Empty, await reader.ReadLineAsync());
        }

        Assert.Equal(1, (await gateway.MetricsAsync()).Sum("gateway_attempts_in_flight"));
    }

    [Fact]
    public async Task An_upload_arrives_byte_for_byte_with_and_without_a_known_length()
    {
        var (_, gateway) = await ThroughAsync();
        var bytes = RandomNumberGenerator.GetBytes(TenMegabytes);
        foreach (var chunked in new[] { false, true })
        {
            foreach (var method in new[] { HttpMethod.Post, HttpMethod.Put })
            {
                using var request = new HttpRequestMessage(method, "api/data") { Content = new ByteArrayContent(bytes) };
                request.Headers.TransferEncodingChunked = chunked;
                using var response = await gateway.Http.SendAsync(request);
                var answer = (await response.Content.ReadFromJsonAsync<Measured>())!;

                Assert.Equal((TenMegabytes, Convert.ToHexStringLower(SHA256.HashData(bytes))), (answer.Length, answer.Sha256));
            }
        }
    }

    [Fact]
    public async Task A_download_a_range_and_a_head_are_what_the_backend_says()
    {
        var (primary, gateway) = await ThroughAsync();
        using var direct = new HttpClient { BaseAddress = primary.Url };
        var wanted = await direct.GetByteArrayAsync($"api/blob?size={TenMegabytes}");

        Assert.Equal(TenMegabytes, wanted.Length);
        Assert.Equal(SHA256.HashData(wanted), SHA256.HashData(await gateway.Http.GetByteArrayAsync($"api/blob?size={TenMegabytes}")));

        using var ranged = new HttpRequestMessage(HttpMethod.Get, $"api/blob?size={TenMegabytes}") { Headers = { Range = new RangeHeaderValue(1_000_003, 2_000_007) } };
        using var part = await gateway.Http.SendAsync(ranged);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal($"bytes 1000003-2000007/{TenMegabytes}", part.Content.Headers.ContentRange?.ToString());
        Assert.Equal(SHA256.HashData(wanted.AsSpan(1_000_003..2_000_008)), SHA256.HashData(await part.Content.ReadAsByteArrayAsync()));

        using var asking = new HttpRequestMessage(HttpMethod.Head, $"api/blob?size={TenMegabytes}");
        using var head = await gateway.Http.SendAsync(asking);
        Assert.Equal((TenMegabytes, $"\"blob-{TenMegabytes}\""), (head.Content.Headers.ContentLength, head.Headers.ETag?.Tag));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());

        using var conditional = new HttpRequestMessage(HttpMethod.Get, $"api/blob?size={TenMegabytes}") { Headers = { IfNoneMatch = { head.Headers.ETag! } } };
        using var unchanged = await gateway.Http.SendAsync(conditional);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_visibly_broken_and_takes_its_backend_down()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        config["Failover:Pools:api:Judging:FailureStreak"] = Broken;
        var gateway = await GatewayAsync(config);
        await primary.FailAsync("truncate");

        // So many broken answers in a row eject a backend, every one of them counted; and nobody may take one for a whole one.
        for (var number = 1; number <= Broken; number++)
        {
            var error = await Record.ExceptionAsync(() => gateway.Http.GetByteArrayAsync("api/blob?size=1m"));
            Assert.IsType<HttpRequestException>(error);
        }

        await gateway.ActiveAsync("secondary");
        Assert.Equal(1_048_576, (await gateway.Http.GetByteArrayAsync("api/blob?size=1m")).Length);
        Assert.Equal(Broken, (await gateway.MetricsAsync()).Sum("gateway_requests_total", "outcome=\"failed\""));
    }

    private async Task<(BackendProcess Primary, GatewayProcess Gateway)> ThroughAsync()
    {
        var primary = await BackendAsync("primary");
        return (primary, await GatewayAsync(ConfigFor(primary)));
    }

    private static async Task<byte[]> ReceiveAsync(ClientWebSocket socket, int length)
    {
        var received = new byte[length];
        var count = 0;
        while (true)
        {
            var piece = await socket.ReceiveAsync(received.AsMemory(count), CancellationToken.None);
            count += piece.Count;
            if (piece.EndOfMessage)
            {
                return received[..count];
            }
        }
    }

    private sealed record Measured(long Length, string Sha256);
}
