using System.Net;
using Gateway.Failover.Attempts;
using Gateway.Failover.Engine;
using static Gateway.Tests.Attempts.Stories;

namespace Gateway.Tests.Attempts;

/// <summary>A second attempt beside a silent one.</summary>
public class HedgingTests
{
    [Fact]
    public async Task Inside_a_tier_a_silent_attempt_is_hedged_and_the_first_good_answer_wins()
    {
        var client = new ScriptedClient(attempt => attempt.Backend == "primary" ? attempt.HangAsync() : attempt.AnswerAsync());
        await using var story = await StoryAsync(client, OneTier("20ms"));

        for (var request = 0; request < 20 && client.Attempts.Count == request; request++)
        {
            // Load balancing chooses; sooner or later it is the silent one.
            using var response = await story.SendAsync("GET");
            Assert.Equal((HttpStatusCode.OK, "secondary"), (response.StatusCode, Told(response).Item1));
        }

        Assert.Contains("primary", client.Tried);
        await Eventually.EqualAsync(1, () => story.Gateway.Pool.Attempts.HedgesWon);
        await Eventually.EqualAsync(1, () => story.Gateway.Pool.Members["primary"].Read(AttemptEnd.Lost));
        await Eventually.EqualAsync(0, () => story.Gateway.Pool.Members.Values.Sum(backend => backend.InFlight));
        Assert.True(client.Attempts.First(attempt => attempt.Backend == "primary").Cancel.IsCancellationRequested);
        Assert.Equal(0, story.Gateway.Pool.Counters.Read(RequestEnd.Failed));
    }

    [Fact]
    public async Task A_hedge_that_comes_too_late_is_thrown_away()
    {
        var hedged = new TaskCompletionSource();
        var turn = 0;
        var client = new ScriptedClient(async attempt =>
        {
            if (Interlocked.Increment(ref turn) == 1)
            {
                await hedged.Task;
                return await attempt.AnswerAsync();
            }

            hedged.SetResult();
            return await attempt.HangAsync();
        });
        await using var story = await StoryAsync(client, OneTier("20ms"));

        using var response = await story.SendAsync("GET");

        var (first, second) = (client.Attempts[0].Backend, client.Attempts[1].Backend);
        Assert.Equal((first, "2"), Told(response));
        Assert.NotEqual(first, second);
        await Eventually.EqualAsync(1, () => story.Gateway.Pool.Attempts.HedgesLost);
        await story.EndsAsync(RequestEnd.Ok, (first, AttemptEnd.Good), (second, AttemptEnd.Lost));
    }

    [Fact]
    public async Task When_the_first_fails_the_hedge_is_the_only_hope()
    {
        var hedged = new TaskCompletionSource();
        var failed = new TaskCompletionSource();
        var turn = 0;
        var client = new ScriptedClient(async attempt =>
        {
            if (Interlocked.Increment(ref turn) == 1)
            {
                await hedged.Task;
                failed.SetResult();
                return await attempt.BreakAsync();
            }

            hedged.SetResult();
            await failed.Task;
            return await attempt.AnswerAsync();
        });
        await using var story = await StoryAsync(client, OneTier("20ms"));

        using var response = await story.SendAsync("GET");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await story.EndsAsync(
            RequestEnd.Rescued, (client.Attempts[0].Backend, AttemptEnd.Broken), (client.Attempts[1].Backend, AttemptEnd.Good));
    }

    [Theory]
    [InlineData("POST", null)]
    [InlineData("PUT", null)]
    [InlineData("PUT", "body")]
    [InlineData("GET", "body")]
    public async Task Only_what_has_no_effect_and_no_body_is_hedged(string method, string? body)
    {
        var client = new ScriptedClient(async attempt =>
        {
            await attempt.SendAsync();
            using var silence = new CancellationTokenSource(TimeSpan.FromMilliseconds(150));
            var over = new TaskCompletionSource();
            await using var end = silence.Token.Register(over.SetResult);
            await over.Task;
            return await attempt.AnswerAsync();
        });
        await using var story = await StoryAsync(client, OneTier("10ms"));

        using var response = await story.SendAsync(method, body);

        Assert.Single(client.Attempts);
    }

    [Theory]
    [InlineData("Failover:Pools:api:Hedging:Mode", "Off")]
    [InlineData("Failover:Pools:api:Attempts:Max", "1")]
    [InlineData("Failover:Routes:api:Slow", "true")]
    public async Task Hedging_can_be_switched_off(string setting, string value)
    {
        var client = new ScriptedClient(async attempt =>
        {
            using var silence = new CancellationTokenSource(TimeSpan.FromMilliseconds(150));
            var over = new TaskCompletionSource();
            await using var end = silence.Token.Register(over.SetResult);
            await over.Task;
            return await attempt.AnswerAsync();
        });
        await using var story = await StoryAsync(client, OneTier("10ms").With(setting, value));

        using var response = await story.SendAsync("GET");

        Assert.Single(client.Attempts);
    }

    [Fact]
    public async Task Another_tier_is_asked_only_while_the_active_one_is_in_doubt()
    {
        var client = new ScriptedClient(attempt => attempt.Backend == "primary" ? attempt.HangAsync() : attempt.AnswerAsync());
        await using var story = await StoryAsync(
            client, Settings.TwoTiers().With("Failover:Pools:api:Hedging:Mode", "Fixed").With("Failover:Pools:api:Hedging:Delay", "10ms"));
        await story.Gateway.ProbedAsync("primary", passed: true);

        var request = story.SendAsync("GET");
        await Eventually.EqualAsync(1, () => client.Attempts.Count);
        await story.Gateway.ProbedAsync("secondary", passed: true);
        var looks = story.Gateway.Get<AttemptWatch>().Looks;
        await Eventually.IsTrueAsync(() => story.Gateway.Get<AttemptWatch>().Looks >= looks + 10);
        Assert.Equal(["primary"], client.Tried);

        await story.Gateway.ProbedAsync("primary", passed: false);
        using var response = await request;

        Assert.Equal(("secondary", "2"), Told(response));
        await story.EndsAsync(RequestEnd.Rescued, ("primary", AttemptEnd.Lost), ("secondary", AttemptEnd.Good));
        Assert.Equal(1, story.Gateway.Pool.Attempts.Rescued(RescueReason.Silent));
    }

    [Fact]
    public async Task Hedges_are_paid_for_by_the_budget()
    {
        var answer = new TaskCompletionSource();
        var client = new ScriptedClient(async attempt =>
        {
            await answer.Task;
            return await attempt.AnswerAsync();
        });
        await using var story = await StoryAsync(
            client, OneTier("10ms").With("Failover:Pools:api:Budget:Floor", "0").With("Failover:Pools:api:Budget:Share", "0"));

        var request = story.SendAsync("GET");
        await Eventually.EqualAsync(1, () => story.Gateway.Pool.Attempts.Budget.Exhausted);
        answer.SetResult();
        using var response = await request;

        Assert.Single(client.Attempts);
    }

    private static Settings OneTier(string delay) => Settings.TwoTiers().Without("Failover:Pools:api:Tiers")
        .With("Failover:Pools:api:Tiers:0:0", "primary").With("Failover:Pools:api:Tiers:0:1", "secondary")
        .With("Failover:Pools:api:Hedging:Mode", "Fixed").With("Failover:Pools:api:Hedging:Delay", delay);
}
