using System.Net;
using System.Net.ServerSentEvents;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Gateway.Failover.Live;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Live;

/// <summary>The same feed as server-sent events and, its log lines, over a plain WebSocket.</summary>
public class EventStreamTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Events_and_snapshots_carry_an_id_the_others_none_and_data_is_the_message()
    {
        await using var gateway = await RunningGateway.StartAsync(time: _time);
        await using var events = await OpenAsync(gateway);

        var snapshot = await events.NextAsync("snapshot");
        Assert.Equal(Contract.Text(Json(snapshot), "cursor"), snapshot.EventId);
        await gateway.ProbedAsync("primary", passed: true);
        var happened = await events.NextAsync("event");
        Assert.Equal(Contract.Text(Json(happened), "cursor"), happened.EventId);
        gateway.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Test").LogWarning("a line");
        var log = await events.NextAsync("log");
        Assert.Null(log.EventId);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null((await events.NextAsync("figures")).EventId);
        Assert.All(new[] { snapshot, happened, log }, item => Contract.IsMessage(Json(item)));
    }

    [Fact]
    public async Task Last_Event_ID_resumes_where_it_broke_off()
    {
        await using var gateway = await RunningGateway.StartAsync(time: _time);
        string? id;
        await using (var first = await OpenAsync(gateway))
        {
            id = (await first.NextAsync("snapshot")).EventId;
        }

        await gateway.ProbedAsync("primary", passed: true);
        await gateway.ProbedAsync("secondary", passed: true);

        await using var second = await OpenAsync(gateway, id);
        var (one, two) = (await second.NextAsync(), await second.NextAsync());
        Assert.Equal(("event", "event"), (one.EventType, two.EventType));
        Assert.Equal([1L, 2], new[] { one, two }.Select(item => Json(item).GetProperty("sequence").GetInt64()));
    }

    [Fact]
    public async Task An_id_that_is_not_known_brings_a_gap_and_a_snapshot()
    {
        await using var gateway = await RunningGateway.StartAsync(time: _time);
        await using var events = await OpenAsync(gateway, "another-journal:5");
        var gap = await events.NextAsync();
        Assert.Equal(("gap", """{"type":"gap"}""", null), (gap.EventType, gap.Data, gap.EventId));
        Assert.Equal("snapshot", (await events.NextAsync()).EventType);
    }

    [Fact]
    public async Task Hostile_text_does_not_break_out_of_its_event()
    {
        await using var gateway = await RunningGateway.StartAsync(time: _time);
        await using var events = await OpenAsync(gateway);
        await events.NextAsync("snapshot");

        const string Hostile = "a\n\nevent: snapshot\ndata: {}\n\n\r\r\u2028</script>";
        gateway.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Test").LogWarning("{Text}", Hostile);

        Assert.Equal(Hostile, Contract.Text(Json(await events.NextAsync()).GetProperty("line"), "message"));
    }

    [Fact]
    public async Task A_page_of_a_stranger_is_refused()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/proxy/events");
        request.Headers.Add("Origin", "https://evil.example");
        using var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task Log_lines_come_as_plain_text_one_a_frame_the_old_ones_first()
    {
        await using var gateway = await RunningGateway.StartAsync(time: _time);
        var log = gateway.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Test.Category");
        log.LogWarning("an old\r\nline");
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(gateway.Address) { Scheme = "ws", Path = "/proxy/logs" }.Uri, CancellationToken.None);

        Assert.Equal("2026-11-21T10:00:00.000Z WARN  Test.Category an old line", await FrameAsync(socket, "old"));
        log.LogError("failover {Text}", "ü</script>");
        Assert.Equal("2026-11-21T10:00:00.000Z ERROR Test.Category failover ü</script>", await FrameAsync(socket, "failover ü"));

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, CancellationToken.None);
        Assert.Equal(WebSocketState.Closed, socket.State);
        await Eventually.EqualAsync(0, () => gateway.Get<LiveFeed>().Subscribers);
    }

    [Fact]
    public async Task What_is_no_WebSocket_is_told_so_and_a_page_of_a_stranger_is_refused()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var plain = await gateway.Client.GetAsync(new Uri("/proxy/logs", UriKind.Relative));
        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (plain.StatusCode, plain.Content.Headers.ContentType!.MediaType));

        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "https://evil.example");
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(
            new UriBuilder(gateway.Address) { Scheme = "ws", Path = "/proxy/logs" }.Uri, CancellationToken.None));
        Assert.Contains("403", refused.Message);
    }

    private static JsonElement Json(SseItem<string> item) => JsonDocument.Parse(item.Data).RootElement;

    private static async Task<string> FrameAsync(ClientWebSocket socket, string having)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var buffer = new byte[8_192];
        while (true)
        {
            var got = await socket.ReceiveAsync(buffer, deadline.Token);
            Assert.True(got.EndOfMessage);
            var text = Encoding.UTF8.GetString(buffer, 0, got.Count);
            if (text.Contains(having, StringComparison.Ordinal))
            {
                return text;
            }
        }
    }

    private static async Task<Opened> OpenAsync(RunningGateway gateway, string? lastId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/proxy/events");
        if (lastId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastId);
        }

        var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        return new Opened(response, SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync().GetAsyncEnumerator());
    }

    private sealed record Opened(HttpResponseMessage Response, IAsyncEnumerator<SseItem<string>> Items) : IAsyncDisposable
    {
        public async Task<SseItem<string>> NextAsync(string? type = null)
        {
            do
            {
                Assert.True(await Items.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
            }
            while (type is not null && Items.Current.EventType != type);

            return Items.Current;
        }

        public async ValueTask DisposeAsync()
        {
            // The items end with the connection; an enumerator that is being waited for cannot be disposed.
            Response.Dispose();
            await Task.CompletedTask;
        }
    }
}
