using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Gateway.Core;
using Gateway.Failover.Live;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Live;

/// <summary>The live feed over SignalR, spoken byte by byte.</summary>
public class LiveHubTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_watcher_gets_a_snapshot_and_then_what_happens_in_the_contracts_shapes()
    {
        await using var gateway = await RunningGateway.StartAsync(time: _time);
        await gateway.ProbedAsync("primary", passed: true);
        await using var hub = await HubClient.ConnectAsync(gateway);
        await hub.WatchAsync(cursor: null);

        var snapshot = (await hub.NextAsync())!.Value;
        Contract.IsMessage(snapshot);
        Assert.Equal("snapshot", Contract.Text(snapshot, "type"));
        Assert.Equal("BackendCameUp", Contract.Text(snapshot.GetProperty("events")[0], "kind"));
        Assert.Contains(snapshot.GetProperty("logs").EnumerateArray(), line => Contract.Text(line, "message")!.Contains("primary is up", StringComparison.Ordinal));
        var id = Contract.Text(snapshot, "cursor")!.Split(':')[0];
        Assert.Equal($"{id}:1", Contract.Text(snapshot, "cursor"));

        await gateway.ProbedAsync("secondary", passed: true);
        await gateway.ProbedAsync("primary", passed: false, times: 2);
        var kinds = new List<JsonElement>();
        while (kinds.Count < 4)
        {
            kinds.Add(await hub.NextAsync("event"));
        }

        Assert.Equal(["BackendCameUp", "BackendSuspected", "BackendWentDown", "ActiveChanged"], kinds.Select(message => Contract.Text(message, "kind")));
        Assert.Equal([2L, 3, 4, 5], kinds.Select(message => message.GetProperty("sequence").GetInt64()));
        Assert.Equal($"{id}:5", Contract.Text(kinds[3], "cursor"));
        Assert.Equal("secondary", Contract.Text(kinds[3].GetProperty("state"), "active"));
        Assert.Equal("failover", Contract.Text(kinds[3].GetProperty("change"), "kind"));
        Assert.Equal(JsonValueKind.Null, kinds[0].GetProperty("change").ValueKind);
        Assert.Equal(gateway.Pool.View.State.Sentence, Contract.Text(kinds[3], "sentence"));

        gateway.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Test").LogWarning("a line");
        var log = await hub.NextAsync("log");
        Assert.Contains(Contract.Text(log.GetProperty("line"), "level"), new[] { "info", "warn" });
        _time.Advance(TimeSpan.FromSeconds(1));
        var figures = await hub.NextAsync("figures");
        Assert.Equal(["primary", "secondary"], figures.GetProperty("figures").GetProperty("pools")[0].GetProperty("backends").EnumerateArray().Select(b => Contract.Text(b, "id")));
    }

    [Fact]
    public async Task A_cursor_that_is_known_brings_what_was_missed_and_nothing_else()
    {
        await using var gateway = await RunningGateway.StartAsync(time: _time);
        await gateway.ProbedAsync("primary", passed: true);
        var cursor = gateway.Get<LiveFeed>().Snapshot().Cursor;
        await gateway.ProbedAsync("secondary", passed: true);
        await gateway.ProbedAsync("primary", passed: false, times: 2);

        await using var hub = await HubClient.ConnectAsync(gateway);
        await hub.WatchAsync(cursor);
        var missed = new List<JsonElement>();
        for (var count = 0; count < 4; count++)
        {
            missed.Add((await hub.NextAsync())!.Value);
        }

        Assert.All(missed, Contract.IsMessage);
        Assert.Equal([2L, 3, 4, 5], missed.Select(message => message.GetProperty("sequence").GetInt64()));
        Assert.Equal("secondary", Contract.Text(missed[3].GetProperty("change"), "to"));
    }

    [Theory]
    [InlineData("somebody-elses:1")]
    [InlineData("nonsense")]
    [InlineData("{id}:99")]
    [InlineData("{id}:x")]
    [InlineData("{id}")]
    public async Task A_cursor_that_is_not_known_brings_a_gap_and_a_snapshot(string cursor)
    {
        await using var gateway = await RunningGateway.StartAsync(time: _time);
        await gateway.ProbedAsync("primary", passed: true);
        await using var hub = await HubClient.ConnectAsync(gateway);

        await hub.WatchAsync(cursor.Replace("{id}", gateway.Get<Failover.Engine.History>().Id, StringComparison.Ordinal));

        Assert.Equal("gap", Contract.Text((await hub.NextAsync())!.Value, "type"));
        Assert.Equal("snapshot", Contract.Text((await hub.NextAsync())!.Value, "type"));
    }

    [Fact]
    public async Task A_cursor_that_is_too_old_brings_a_gap_too()
    {
        await using var gateway = await RunningGateway.StartAsync(Settings.TwoTiers().With("Failover:Engine:HistorySize", "10"), _time);
        var first = gateway.Get<LiveFeed>().Snapshot().Cursor;
        for (var round = 0; round < 12; round++)
        {
            await gateway.Inbox.AskAsync("api", round % 2 == 0 ? new Command.Hold() : new Command.Release(), "a test", CancellationToken.None);
        }

        await using var hub = await HubClient.ConnectAsync(gateway);
        await hub.WatchAsync(first);
        Assert.Equal("gap", Contract.Text((await hub.NextAsync())!.Value, "type"));
        Assert.Equal(12, gateway.Get<Failover.Engine.History>().LastSequence);
    }

    [Fact]
    public async Task Pages_of_strangers_do_not_get_in()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await Assert.ThrowsAsync<WebSocketException>(() => HubClient.ConnectAsync(gateway, origin: "http://evil.example"));
        await using var own = await HubClient.ConnectAsync(gateway, origin: gateway.Address.GetLeftPart(UriPartial.Authority));

        using var negotiate = new HttpRequestMessage(HttpMethod.Post, "/proxy/live/negotiate?negotiateVersion=1");
        negotiate.Headers.Add("Origin", "null");
        using var response = await gateway.Client.SendAsync(negotiate);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task Whoever_comes_beyond_the_bound_is_sent_away_and_the_next_one_gets_in_when_one_has_left()
    {
        await using var gateway = await RunningGateway.StartAsync(Settings.TwoTiers().With("Failover:Live:MaxSubscribers", "1"), _time);
        var feed = gateway.Get<LiveFeed>();
        await using (var first = await HubClient.ConnectAsync(gateway))
        {
            await first.WatchAsync(cursor: null);
            await first.NextAsync("snapshot");
            Assert.Equal(1, feed.Subscribers);

            await using var second = await HubClient.ConnectAsync(gateway);
            await second.WatchAsync(cursor: null);
            Assert.EndsWith("As many clients watch as Failover:Live:MaxSubscribers allows.", await second.RefusalAsync(), StringComparison.Ordinal);
            using var stream = await gateway.Client.GetAsync(new Uri("/proxy/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, stream.StatusCode);
            using var socket = new ClientWebSocket();
            var refused = await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(
                new UriBuilder(gateway.Address) { Scheme = "ws", Path = "/proxy/logs" }.Uri, CancellationToken.None));
            Assert.Contains("503", refused.Message);
        }

        await Eventually.EqualAsync(0, () => feed.Subscribers);
        await using var third = await HubClient.ConnectAsync(gateway);
        await third.WatchAsync(cursor: null);
        await third.NextAsync("snapshot");
    }

    [Theory]
    [InlineData("</script><script>alert(1)</script>")]
    [InlineData("\"quoted\" \\ back\\slash")]
    [InlineData("line\r\nbreak\u2028and\u2029more\u0000\u001e")]
    [InlineData("\ud83d\ude80 ünïcode \u202e evil")]
    public async Task Hostile_text_comes_out_as_it_went_in(string hostile)
    {
        await using var gateway = await RunningGateway.StartAsync(time: _time);
        await using var hub = await HubClient.ConnectAsync(gateway);
        await hub.WatchAsync(cursor: null);
        await hub.NextAsync("snapshot");

        gateway.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Test").LogWarning("{Text}", hostile);

        Assert.Equal(hostile, Contract.Text((await hub.NextAsync("log")).GetProperty("line"), "message"));
    }
}
