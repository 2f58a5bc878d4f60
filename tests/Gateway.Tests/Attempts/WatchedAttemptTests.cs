using System.Net;
using Gateway.Core;
using Gateway.Failover.Attempts;
using Gateway.Failover.Engine;
using static Gateway.Tests.Attempts.Stories;

namespace Gateway.Tests.Attempts;

/// <summary>What time and verdicts do to an attempt, and to whom failures are put down.</summary>
public class WatchedAttemptTests
{
    [Theory]
    [InlineData("POST", "body")]
    [InlineData("PATCH", null)]
    [InlineData("PUT", "body")]
    public async Task Who_does_not_take_the_connection_in_time_was_sent_nothing(string method, string? body)
    {
        var client = new ScriptedClient(async attempt =>
        {
            if (attempt.Backend == "primary")
            {
                return await UnconnectedAsync(attempt);
            }

            return await attempt.AnswerAsync(body: await attempt.SendAsync());
        });
        await using var story = await StoryAsync(client, Settings.TwoTiers().With("Failover:Pools:api:Attempts:ConnectTimeout", "30ms"));

        using var response = await story.SendAsync(method, body);

        Assert.Equal(("secondary", "2"), Told(response));
        Assert.Equal(body ?? "secondary", await response.Content.ReadAsStringAsync());
        await story.EndsAsync(RequestEnd.Rescued, ("primary", AttemptEnd.Connect), ("secondary", AttemptEnd.Good));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task No_request_outlives_its_deadline(string method)
    {
        var client = new ScriptedClient(attempt => attempt.HangAsync());
        await using var story = await StoryAsync(client, Settings.TwoTiers()
            .With("Failover:Pools:api:Attempts:Deadline", "100ms").With("Failover:Pools:api:Attempts:Timeout", "100ms")
            .With("Failover:Pools:api:Hold:Timeout", "100ms"));

        using var response = await story.SendAsync(method);

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal(method == "POST" ? "unknown" : null, Header(response, "X-Failover-Outcome"));
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData(null, null, "00:01:40")]
    [InlineData("00:10:00", null, "00:10:00")]
    [InlineData("00:10:00", "30s", "00:00:30")]
    public async Task The_deadline_follows_the_clusters_own_where_nobody_has_set_it(string? activity, string? deadline, string expected)
    {
        var settings = Settings.TwoTiers();
        _ = activity is null ? settings : settings.With("ReverseProxy:Clusters:api:HttpRequest:ActivityTimeout", activity);
        _ = deadline is null ? settings : settings.With("Failover:Pools:api:Attempts:Deadline", deadline);
        await using var story = await StoryAsync(new ScriptedClient(attempt => attempt.AnswerAsync()), settings);

        Assert.Equal(TimeSpan.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), story.Gateway.Pool.Setup.Deadline);
    }

    [Fact]
    public async Task A_verdict_ends_the_waiting_of_what_may_be_repeated_and_of_nothing_else()
    {
        var post = new TaskCompletionSource();
        var client = new ScriptedClient(async attempt =>
        {
            await attempt.SendAsync();
            if (attempt.Backend == "primary" && attempt.Request.Method == HttpMethod.Post)
            {
                await post.Task.WaitAsync(attempt.Cancel);
            }

            return attempt.Backend == "primary" && attempt.Request.Method == HttpMethod.Get ? await attempt.HangAsync() : await attempt.AnswerAsync();
        });
        await using var story = await StoryAsync(client);
        var (get, write) = (story.SendAsync("GET"), story.SendAsync("POST", "body"));
        await Eventually.EqualAsync(2, () => client.Attempts.Count);

        await story.Gateway.ProbedAsync("primary", passed: false, times: 2);
        using var answer = await get;

        Assert.Equal(("secondary", "2"), Told(answer));
        Assert.Equal(1, story.Gateway.Pool.Attempts.Rescued(RescueReason.Verdict));
        Assert.Equal(1, story.Gateway.Pool.Members["primary"].Read(AttemptEnd.Cut));
        Assert.False(write.IsCompleted);
        post.SetResult();
        using var written = await write;
        Assert.Equal(("primary", "1"), Told(written));
    }

    [Fact]
    public async Task A_request_that_fails_the_same_way_everywhere_counts_against_nobody()
    {
        var client = new ScriptedClient(attempt => attempt.AnswerAsync(500, attempt.Backend));
        await using var story = await StoryAsync(client, Settings.TwoTiers().With("Failover:Pools:api:Judging:FailureStreak", "1"));

        foreach (var _ in Enumerable.Range(0, 5))
        {
            using var response = await story.SendAsync("GET");
            Assert.Equal((500, "primary"), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
        }

        await story.Gateway.IdleAsync();
        Assert.Equal(5, story.Gateway.Pool.Attempts.Poison);
        Assert.All(new[] { "primary", "secondary" }, backend => Assert.NotEqual(Health.Down, story.Gateway.State(backend).Health));
    }

    [Fact]
    public async Task A_request_that_fails_here_and_is_answered_there_counts_against_the_one_that_failed()
    {
        var client = new ScriptedClient(attempt => attempt.Backend == "primary" ? attempt.AnswerAsync(500) : attempt.AnswerAsync());
        await using var story = await StoryAsync(client, Settings.TwoTiers().With("Failover:Pools:api:Judging:FailureStreak", "2"));

        (await story.SendAsync("GET")).Dispose();
        (await story.SendAsync("GET")).Dispose();

        await Eventually.IsTrueAsync(() => story.Gateway.State("primary").Ejected);
        Assert.Equal(0, story.Gateway.Pool.Attempts.Poison);
    }

    [Fact]
    public async Task Different_failures_count_against_both_but_the_last_is_spared()
    {
        var client = new ScriptedClient(attempt => attempt.Backend == "primary" ? attempt.AnswerAsync(500) : attempt.BreakAsync());
        await using var story = await StoryAsync(client, Settings.TwoTiers().With("Failover:Pools:api:Judging:FailureStreak", "1"));

        using var response = await story.SendAsync("GET");

        Assert.Equal(500, (int)response.StatusCode);
        await Eventually.IsTrueAsync(() => story.Gateway.State("primary").Ejected && story.Gateway.State("secondary").Health == Health.Suspected);
    }

    [Fact]
    public async Task Without_budget_the_client_gets_what_there_is_and_is_told_why()
    {
        var client = new ScriptedClient(attempt => attempt.BreakAsync());
        await using var story = await StoryAsync(
            client, Settings.TwoTiers().With("Failover:Pools:api:Budget:Share", "0").With("Failover:Pools:api:Budget:Floor", "1"));

        using var first = await story.SendAsync("GET");
        using var second = await story.SendAsync("GET");

        Assert.Equal(["primary", "secondary", "primary"], client.Tried);
        Assert.Contains("no budget for another attempt", await second.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(1, story.Gateway.Pool.Attempts.Budget.Exhausted);
    }

    [Fact]
    public async Task A_hang_is_a_verdict_long_before_any_timeout()
    {
        var hangs = false;
        var client = new ScriptedClient(attempt => attempt.Backend == "primary" && Volatile.Read(ref hangs) ? attempt.HangAsync() : attempt.AnswerAsync());
        await using var story = await StoryAsync(client, Settings.TwoTiers()
            .With("Failover:Pools:api:Judging:Stall:MinSamples", "10").With("Failover:Pools:api:Judging:Stall:Disarm", "0ms"));
        await LearnAsync(story);
        await story.Gateway.ProbedAsync("primary", passed: true);
        await story.Gateway.ProbedAsync("secondary", passed: true);

        Volatile.Write(ref hangs, true);
        await Eventually.IsTrueAsync(() =>
        {
            // Traffic goes on, as it does: a silence lasts as long as somebody asks.
            _ = AskAsync(story);
            return story.Gateway.State("primary").Ejected;
        });

        Assert.Equal(Cause.Stalled, story.Gateway.State("primary").JudgedBy);
        Assert.Equal("secondary", await AskAsync(story));
        Assert.Equal(0, story.Gateway.Pool.Counters.Read(RequestEnd.Failed));
    }

    private static async Task<string?> AskAsync(Story story)
    {
        using var response = await story.SendAsync("GET");
        return Told(response).Item1;
    }

    [Fact]
    public async Task A_hang_that_the_standby_shares_is_nobodys_verdict()
    {
        var hangs = false;
        var answer = new TaskCompletionSource();
        var client = new ScriptedClient(async attempt =>
        {
            if (Volatile.Read(ref hangs))
            {
                await answer.Task.WaitAsync(attempt.Cancel);
            }

            return await attempt.AnswerAsync();
        });
        await using var story = await StoryAsync(client, Settings.TwoTiers()
            .With("Failover:Pools:api:Judging:Stall:MinSamples", "10").With("Failover:Pools:api:Judging:Stall:Disarm", "0ms"));
        await LearnAsync(story);

        Volatile.Write(ref hangs, true);
        var requests = Enumerable.Range(0, 12).Select(_ => story.SendAsync("GET")).ToList();
        await Eventually.EqualAsync(Health.Suspected, () => story.Gateway.State("primary").Health);
        // Long enough for a verdict, as the other test shows: the silence is told again at every look.
        var lane = story.Gateway.Pool.Attempts.Routes.Single().Lanes.First(lane => lane.Backend.Id == "primary");
        await Eventually.IsTrueAsync(() => TimeProvider.System.GetElapsedTime(lane.SilentSince, lane.LastSilent) > TimeSpan.FromMilliseconds(400));
        Assert.Equal(Health.Suspected, story.Gateway.State("primary").Health);
        answer.SetResult();

        Assert.All(await Task.WhenAll(requests), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
    }

    // What is usual is worked out while there is traffic: an idle watch sleeps.
    private static async Task LearnAsync(Story story)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        do
        {
            patience.Token.ThrowIfCancellationRequested();
            (await story.SendAsync("GET")).Dispose();
        }
        while (story.Gateway.Pool.Attempts.Routes.Single().SlowAfter > TimeSpan.FromDays(1));
    }

    /// <summary>The connection never comes about, so that the content is never asked for.</summary>
    private static async Task<HttpResponseMessage> UnconnectedAsync(Attempt attempt)
    {
        var silence = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var end = attempt.Cancel.Register(() => silence.TrySetCanceled(attempt.Cancel));
        return await silence.Task;
    }
}
