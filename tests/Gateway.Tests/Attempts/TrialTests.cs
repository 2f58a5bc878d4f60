using System.Net;
using Gateway.Core;
using Gateway.Failover.Attempts;
using Gateway.Failover.Engine;
using static Gateway.Tests.Attempts.Stories;

namespace Gateway.Tests.Attempts;

/// <summary>Clients' requests at a backend that live traffic has ejected: they bring it back, and cost nobody anything.</summary>
public class TrialTests
{
    [Fact]
    public async Task A_trial_that_fails_is_answered_elsewhere_and_ejects_again()
    {
        // Its health page is fine.
        var client = new ScriptedClient(attempt => attempt.AnswerAsync(attempt.Backend == "primary" && attempt.Target.AbsolutePath != "/health" ? 500 : 200));
        await using var story = await OnTrialAsync(client);

        using var response = await story.SendAsync("GET");

        Assert.Equal((HttpStatusCode.OK, ("secondary", "2")), (response.StatusCode, Told(response)));
        await Eventually.IsTrueAsync(() => story.Gateway.State("primary") is { OnTrial: false, Ejections: 2 });
    }

    [Fact]
    public async Task A_row_of_good_answers_brings_it_back()
    {
        var client = new ScriptedClient(attempt => attempt.AnswerAsync());
        await using var story = await OnTrialAsync(client);

        for (var trial = 1; trial <= 5; trial++)
        {
            using var response = await story.SendAsync("GET");
            Assert.Equal(("primary", "1"), Told(response));
        }

        await Eventually.IsTrueAsync(() => story.Gateway.State("primary") is { Health: Health.Up, StartsSlowly: true });
    }

    [Theory]
    [InlineData("POST", null)]
    [InlineData("PUT", "body")]
    [InlineData("DELETE", null)]
    public async Task What_could_hurt_is_not_tried(string method, string? body)
    {
        var client = new ScriptedClient(attempt => attempt.AnswerAsync());
        await using var story = await OnTrialAsync(client);

        using var response = await story.SendAsync(method, body);

        Assert.Equal(("secondary", "1"), Told(response));
    }

    [Theory]
    [InlineData("Failover:Pools:api:Attempts:Max", "1")]
    [InlineData("Failover:Pools:api:Standby", "None")]
    public async Task Without_a_second_attempt_or_leave_to_go_there_nothing_is_tried(string setting, string value)
    {
        var client = new ScriptedClient(attempt => attempt.AnswerAsync());
        await using var story = await OnTrialAsync(client, settings => settings.With(setting, value));

        using var response = await story.SendAsync("GET");

        Assert.Equal(("secondary", "1"), Told(response));
    }

    [Fact]
    public async Task One_is_tried_at_a_time()
    {
        var first = new TaskCompletionSource();
        var client = new ScriptedClient(async attempt =>
        {
            if (attempt.Backend == "primary")
            {
                await first.Task;
            }

            return await attempt.AnswerAsync();
        });
        await using var story = await OnTrialAsync(client, settings => settings.With("Failover:Pools:api:Hedging:Mode", "Off"));

        var tried = story.SendAsync("GET");
        await Eventually.EqualAsync(1, () => client.Attempts.Count);
        using var besides = await story.SendAsync("GET");
        Assert.Equal(("secondary", "1"), Told(besides));
        first.SetResult();
        using var answered = await tried;
        Assert.Equal(("primary", "1"), Told(answered));
    }

    // Begun before the trials, failed during them: it says nothing of today.
    [Fact]
    public async Task What_was_under_way_before_counts_neither_way()
    {
        var client = new ScriptedClient(attempt => attempt.AnswerAsync());
        await using var story = await OnTrialAsync(client);

        story.Gateway.Inbox.AttemptFailed(story.Gateway.Pool, story.Gateway.Pool.Members["primary"], new Fault(FaultKind.Timeout, "no answer"), 1, isTrial: false);
        using var response = await story.SendAsync("GET");

        Assert.Equal("primary", Told(response).Item1);
        Assert.True(story.Gateway.State("primary").OnTrial);
    }

    [Fact]
    public async Task Shares_are_kept_to_within_what_chance_leaves()
    {
        var client = new ScriptedClient(attempt => attempt.AnswerAsync());
        var settings = Settings.TwoTiers().Without("Failover:Pools:api:Tiers").With("Failover:Pools:api:Tiers:0:0", "primary").With("Failover:Pools:api:Tiers:0:1", "secondary")
            .With("Failover:Pools:api:Backends:primary:Weight", "900").With("Failover:Seed", "5");
        await using var story = await StoryAsync(client, settings);

        for (var request = 0; request < 500; request++)
        {
            (await story.SendAsync("GET")).Dispose();
        }

        Assert.InRange(client.Tried.Count(backend => backend == "primary"), 420, 475);
    }

    [Fact]
    public async Task What_a_tier_cannot_carry_spills_over()
    {
        var client = new ScriptedClient(attempt => attempt.AnswerAsync());
        var settings = Many("primary", "second", "spare").Without("Failover:Pools:api:Tiers")
            .With("Failover:Pools:api:Tiers:0:0", "primary").With("Failover:Pools:api:Tiers:0:1", "second").With("Failover:Pools:api:Tiers:1", "spare")
            .With("Failover:Pools:api:SpillOver", "1").With("Failover:Seed", "5");
        await using var story = await StoryAsync(client, settings);
        var gateway = story.Gateway;
        gateway.Inbox.ConnectionRefused(gateway.Pool, gateway.Pool.Members["second"], new Fault(FaultKind.Connect, "connection refused"));
        await Eventually.IsTrueAsync(() => gateway.Pool.View.Detours is { SpillShare: 0.5 });

        for (var request = 0; request < 300; request++)
        {
            (await story.SendAsync("GET")).Dispose();
        }

        Assert.InRange(client.Tried.Count(backend => backend == "spare"), 110, 190);
    }

    /// <summary>The primary was ejected and is on trial. Its probes pass; nothing else has happened.</summary>
    private static async Task<Story> OnTrialAsync(ScriptedClient client, Action<Settings>? change = null)
    {
        var settings = Settings.TwoTiers().With("Failover:Pools:api:Judging:EjectionTime", "100ms").With("Failover:Pools:api:Judging:TrialTime", "1h")
            .With("Failover:Pools:api:Failback:Mode", "Manual");
        change?.Invoke(settings);
        var story = await StoryAsync(client, settings);
        for (var streak = 1; streak <= 3; streak++)
        {
            story.Gateway.Inbox.AttemptFailed(
                story.Gateway.Pool, story.Gateway.Pool.Members["primary"], new Fault(FaultKind.Status, "answered 500"), streak, isTrial: false);
        }

        // Whatever the first probe was, and whenever it came, this one has passed after the ejection.
        story.Gateway.Inbox.ProbeCompleted(story.Gateway.Pool, new BackendId("primary"), ProbeOutcome.Passed.Instance);
        await Eventually.IsTrueAsync(() => story.Gateway.State("primary").OnTrial);
        return story;
    }
}
