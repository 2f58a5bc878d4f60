using Gateway.Core;
using Gateway.Failover.Live;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Live;

/// <summary>The feed itself: slow subscribers and the bounds of a snapshot.</summary>
public class LiveFeedTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Who_is_too_slow_loses_messages_is_told_so_and_begins_anew_and_nobody_else_notices()
    {
        await using var gateway = await RunningGateway.StartAsync(Settings.TwoTiers().With("Failover:Live:SubscriberBuffer", "16"), _time);
        var feed = gateway.Get<LiveFeed>();
        await using var slow = feed.WatchAsync(cursor: null, CancellationToken.None).GetAsyncEnumerator();
        await using var quick = feed.WatchAsync(cursor: null, CancellationToken.None).GetAsyncEnumerator();
        Assert.IsType<FeedMessage.Snapshot>(await NextAsync(slow));
        Assert.IsType<FeedMessage.Snapshot>(await NextAsync(quick));

        for (var number = 0; number < 40; number++)
        {
            feed.Publish(Line($"{number}"));
            Assert.Equal($"{number}", Assert.IsType<FeedMessage.Log>(await NextAsync(quick)).Line.Message);
        }

        Assert.Equal("0", Assert.IsType<FeedMessage.Log>(await NextAsync(slow)).Line.Message);
        Assert.IsType<FeedMessage.Gap>(await NextAsync(slow));
        Assert.IsType<FeedMessage.Snapshot>(await NextAsync(slow));
        Assert.Equal(1, feed.Gaps);
        feed.Publish(Line("after"));
        Assert.Equal("after", Assert.IsType<FeedMessage.Log>(await NextAsync(slow)).Line.Message);
        Assert.Equal("after", Assert.IsType<FeedMessage.Log>(await NextAsync(quick)).Line.Message);
    }

    [Fact]
    public async Task A_snapshot_is_bounded_and_in_the_order_that_the_contract_says()
    {
        await using var gateway = await RunningGateway.StartAsync(Settings.TwoTiers().With("Failover:Engine:HistorySize", "1000"), _time);
        for (var round = 0; round < 120; round++)
        {
            await gateway.Inbox.AskAsync(
                "api", new Command.Switchover(new BackendId(round % 2 == 0 ? "secondary" : "primary"), Force: false), "a test", CancellationToken.None);
        }

        await TickAsync(gateway, 310);
        await gateway.IdleAsync();
        var log = gateway.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Test");
        for (var line = 0; line < 600; line++)
        {
            log.LogWarning("Line {Number}", line);
        }

        var snapshot = gateway.Get<LiveFeed>().Snapshot();

        Assert.Equal((100, 500, 200, 300), (snapshot.Changes.Count, snapshot.Logs.Count, snapshot.Events.Count, snapshot.Figures.Count));
        Assert.Equal(121, snapshot.Changes[0].Epoch);
        Assert.Equal(snapshot.Changes.OrderByDescending(change => change.Epoch), snapshot.Changes);
        Assert.Equal("Line 599", snapshot.Logs[^1].Message);
        Assert.Equal(snapshot.Logs.OrderBy(line => line.Sequence), snapshot.Logs);
        Assert.Equal(snapshot.Events.OrderBy(line => line.Sequence), snapshot.Events);
        Assert.Equal(snapshot.Figures.OrderBy(figures => figures.At), snapshot.Figures);
    }

    [Fact]
    public async Task Figures_tell_the_last_second_only()
    {
        var client = new ScriptedClient(attempt => attempt.Backend == "primary" ? Attempt.RefuseAsync() : attempt.AnswerAsync());
        await using var gateway = await RunningGateway.StartAsync(time: _time, proxy: client.Use);
        await gateway.Client.GetStringAsync("/api/x");
        await gateway.Client.GetStringAsync("/api/x");
        await Eventually.EqualAsync(2L, () => gateway.Pool.Counters.Tally.Requests);
        await Eventually.EqualAsync(2L, () => gateway.Pool.Members["secondary"].Read(Failover.Engine.AttemptEnd.Good));
        await Eventually.IsTrueAsync(() => gateway.Pool.Latency.Read().Sum() == 2);

        await TickAsync(gateway, 1);
        await TickAsync(gateway, 1);

        var (busy, idle) = (gateway.Get<FiguresRing>().Reports[0].Pools[0], gateway.Get<FiguresRing>().Reports[1].Pools[0]);
        Assert.Equal((2L, 0L, 2L), (busy.Requests, busy.Failed, busy.Rescued));
        Assert.NotNull(busy.P99Ms);
        Assert.Equal([(2L, 2L), (2L, 0L)], busy.Backends.Select(backend => (backend.Attempts, backend.Failures)));
        Assert.Equal((0L, null, null), (idle.Requests, idle.P50Ms, idle.P99Ms));
        Assert.All(idle.Backends, backend => Assert.Equal((0L, 0L), (backend.Attempts, backend.Failures)));
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_cut_and_levels_below_the_configured_are_left_out()
    {
        await using var gateway = await RunningGateway.StartAsync(Settings.TwoTiers().With("Failover:Live:LogLevel", "Warning"), _time);
        var log = gateway.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Test");
        log.LogInformation("not heard");
        log.LogError(new InvalidOperationException("why"), "{Text}", new string('x', 10_000));

        var lines = gateway.Get<LogRing>().Lines;
        Assert.DoesNotContain(lines, line => line.Message == "not heard");
        Assert.Equal(("error", 4_097), (lines[^1].Level, lines[^1].Message.Length));
    }

    private async Task TickAsync(RunningGateway gateway, int times)
    {
        var ring = gateway.Get<FiguresRing>();
        for (var time = 0; time < times; time++)
        {
            var last = ring.Reports.Count == 0 ? null : ring.Reports[^1];
            _time.Advance(TimeSpan.FromSeconds(1));
            await Eventually.IsTrueAsync(() => ring.Reports.Count > 0 && ring.Reports[^1] != last);
        }
    }

    private static FeedMessage.Log Line(string text) => new(new LogLine(1, DateTimeOffset.UnixEpoch, "info", "Test", text, RequestId: null));

    private static async Task<FeedMessage> NextAsync(IAsyncEnumerator<FeedMessage> messages)
    {
        Assert.True(await messages.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
        return messages.Current;
    }
}
