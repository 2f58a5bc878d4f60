using System.Text.Json;
using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>The program without any configuration: what somebody sees who starts it for the first time and breaks the primary.</summary>
public sealed class DemoTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private static readonly TimeSpan StableTime = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task An_outage_costs_no_get_heals_by_itself_and_everybody_tells_the_same_figures()
    {
        var gateway = LaunchDemo();
        await gateway.AllUpAsync();
        var feed = Own(await EventFeed.OpenAsync(gateway));
        var gets = Gets(gateway);
        await gets.AnswersComeFromAsync("primary");
        var before = await gateway.Http.GetStringAsync("api/data");

        await gateway.CommandAsync("fail");
        await gets.AnswersComeFromAsync("secondary");
        Assert.Equal("secondary", (await gateway.ActiveAsync("secondary")).Active);
        await gateway.ActiveAsync("primary", within: TimeSpan.FromSeconds(40));
        await gets.AnswersComeFromAsync("primary");
        var history = await gateway.MeasuredChangesAsync(2);
        var after = await gateway.Http.GetStringAsync("api/data");
        await gets.StopAsync();

        gets.AssertNothingFailed();
        Assert.NotEqual(Pid(before), Pid(after));
        var (failback, failover) = (history[0], history[1]);
        Assert.Equal(("failover", "primary", "secondary"), (failover.Kind, failover.From, failover.To));
        Assert.Equal(("failback", "secondary", "primary", "preferred"), (failback.Kind, failback.From, failback.To, failback.Cause));
        Assert.Equal(0, failover.Failed);
        Assert.True(failover is { Requests: > 0, Rescued: > 0, DetectionMs: >= 0, FailoverMs: >= 0 }, $"{failover}");

        var journal = Journal.Read(Folder.File("data/journal.jsonl"));
        var up = journal.Last(entry => entry.Kind == "BackendCameUp" && entry.Backend == "primary");
        Assert.True(failback.At - up.At >= StableTime, $"{failback.At:O} is too soon after {up.At:O}");
        await AssertSameAsync(history, journal, feed, await gateway.MetricsAsync());
    }

    [Fact]
    public async Task It_starts_on_the_primary_and_nothing_has_happened_yet()
    {
        var gateway = LaunchDemo();
        using var first = await Eventually.GetAsync("an answer", () => gateway.Http.GetAsync("api/data"), _ => true);
        var pool = await gateway.AllUpAsync();

        Assert.Equal(["primary"], first.Headers.GetValues("X-Failover-Backend"));
        Assert.Equal(("primary", 1L, "steady"), (pool.Active, pool.Epoch, pool.Condition));
        Assert.Empty(await gateway.ChangesAsync());
        Assert.DoesNotContain(" WRN ", gateway.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_data_call_is_answered_by_the_next_backend_too()
    {
        var gateway = LaunchDemo();
        await gateway.AllUpAsync();
        await gateway.CommandAsync("fail?mode=error");

        using var response = await gateway.Http.GetAsync("proxy/data");

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(["secondary"], response.Headers.GetValues("X-Failover-Backend"));
    }

    private static async Task AssertSameAsync(IReadOnlyList<ChangeReport> history, IReadOnlyList<JournalEntry> journal, EventFeed feed, Metrics metrics)
    {
        foreach (var change in history)
        {
            var entry = journal.Single(entry => entry.Kind == "ChangeMeasured" && entry.Epoch == change.Epoch);
            var told = (await feed.EventAsync("ChangeMeasured", change.Epoch)).Change!;
            Assert.Equal(change, told);
            Assert.Equal(
                (change.DetectionMs, change.FailoverMs, change.Requests, change.Failed, change.Rescued),
                (entry.DetectionMs, entry.FailoverMs, entry.Requests, entry.Failed, entry.Rescued));

            var kind = $"kind=\"{change.Kind}\"";
            Assert.Equal(1, metrics.Sum("gateway_changes_total", kind, $"from=\"{change.From}\"", $"to=\"{change.To}\"", $"cause=\"{change.Cause}\""));
            Assert.Equal(change.FailoverMs is null ? 0 : 1, metrics.Sum("gateway_failover_duration_seconds_count", kind));
            Assert.Equal(change.FailoverMs ?? 0, metrics.Sum("gateway_failover_duration_seconds_sum", kind) * 1000, tolerance: 0.001);
            Assert.Equal(change.DetectionMs is null ? 0 : 1, metrics.Sum("gateway_failover_detection_seconds_count", kind));
            Assert.Equal(change.DetectionMs ?? 0, metrics.Sum("gateway_failover_detection_seconds_sum", kind) * 1000, tolerance: 0.001);
            Assert.Equal(change.Requests, metrics.Sum("gateway_failover_requests_total", kind));
            Assert.Equal(change.Failed, metrics.Sum("gateway_failover_requests_total", kind, "outcome=\"failed\""));
            Assert.Equal(change.Rescued, metrics.Sum("gateway_failover_requests_total", kind, "outcome=\"rescued\""));
        }
    }

    private static int Pid(string answer) => JsonDocument.Parse(answer).RootElement.GetProperty("pid").GetInt32();
}
