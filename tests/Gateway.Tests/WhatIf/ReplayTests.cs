using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Failover.WhatIf;

namespace Gateway.Tests.WhatIf;

/// <summary>What a pool makes of a trace.</summary>
public class ReplayTests
{
    private const string Crash = """{ "at": "10s", "backend": "primary", "is": "dead", "until": "15s" }""";
    private const string BothDead = """{ "at": "10s", "backend": "primary", "is": "dead", "until": "12s" }, { "at": "10s", "backend": "secondary", "is": "dead", "until": "12s" }""";
    private const string Gray = """{ "at": "10s", "backend": "primary", "is": "erring", "probe": "passes" }""";

    [Fact]
    public void The_same_seed_gives_the_same_outcome_and_another_one_another()
    {
        const string Events = $$"""{{Crash}}, { "at": "20s", "backend": "primary", "is": "erring", "share": 0.4, "probe": "passes" }""";

        Assert.Equal(Replays.Text(Replays.Run(Events)), Replays.Text(Replays.Run(Events)));
        Assert.NotEqual(Replays.Text(Replays.Run(Events)), Replays.Text(Replays.Run(Events, seed: 2)));
    }

    [Fact]
    public void Nothing_happens_where_nothing_is_wrong()
    {
        var outcome = Replays.Run(string.Empty);

        Assert.Empty(outcome.Timeline.Entries);
        Assert.Equal((3000, 0, 0, 0), (outcome.Requests.Requests, outcome.Requests.FailedSafe, outcome.Requests.Rescued, outcome.Requests.Hedged));
        Assert.Equal(TimeSpan.Zero, outcome.Requests.Downtime);
    }

    [Fact]
    public void A_backend_that_the_pool_has_not_is_refused_with_those_that_it_has()
    {
        const string Sentence = "t.json: the backend 'tertiary' is not in the pool api; allowed are primary, secondary.";

        Assert.Equal(Sentence, Assert.Throws<TraceRefusedException>(() => Replays.Run("""{ "at": "1s", "backend": "tertiary", "is": "dead" }""")).Message);
        Assert.Equal(Sentence, Assert.Throws<TraceRefusedException>(
            () => Replays.Run(string.Empty, more: """, "commands": [{ "at": "1s", "command": "drain", "backend": "tertiary" }]""")).Message);
    }

    [Fact]
    public void A_crash_is_known_by_the_watch_at_once_and_without_it_by_the_probes()
    {
        var (watched, probed) = (Replays.Run(Crash), Replays.Run(Crash, setup: Replays.Setup(options => options.Probe.Watch = false)));

        Assert.Equal(10.001, Replays.Second(watched.Timeline.Changes[0]), 6);
        Assert.Contains("R7", Replays.Rules(watched));
        Assert.DoesNotContain("R7", Replays.Rules(probed));
        // The first refused request has it probed; the rest is one fast interval.
        Assert.InRange(Replays.Second(probed.Timeline.Changes[0]), 10.0, 10.2);
        Assert.Equal((0, 0), (watched.Requests.FailedSafe, probed.Requests.FailedSafe));
    }

    [Fact]
    public void Requests_are_held_until_somebody_can_serve_and_no_longer_than_they_may()
    {
        var (held, dropped) = (Replays.Run(BothDead), Replays.Run(BothDead, setup: Replays.Setup(options => options.Hold.Timeout = TimeSpan.FromMilliseconds(500))));

        Assert.InRange(held.Requests.Held, 195, 205);
        Assert.Equal((0, 0), (held.Requests.FailedSafe, held.Requests.FailedUnsafe));
        Assert.InRange(held.Requests.Downtime.TotalSeconds, 1.9, 2.1);
        Assert.InRange(dropped.Requests.FailedSafe + dropped.Requests.FailedUnsafe, 140, 160);
        Assert.InRange(dropped.Requests.LongestWait.TotalMilliseconds, 490, 520);
    }

    [Fact]
    public void As_many_are_held_as_there_is_room_for() =>
        Assert.Equal(10, Replays.Run(BothDead, setup: Replays.Setup(options => options.Hold.Max = 10)).Requests.Held);

    [Fact]
    public void Trials_of_an_ejected_backend_cost_no_client_anything_and_it_is_not_returned_to_while_it_errs()
    {
        var outcome = Replays.Run(Gray, duration: "2m");

        Assert.Equal(["Failover to secondary"], Replays.Switches(outcome));
        Assert.Equal(0, outcome.Requests.FailedSafe);
        Assert.Contains("R23", Replays.Rules(outcome));
        Assert.Contains("R26", Replays.Rules(outcome));
    }

    [Fact]
    public void What_may_not_be_repeated_fails_and_what_may_is_rescued()
    {
        var outcome = Replays.Run(Gray, more: """, "traffic": { "unsafeShare": 0.5 }""");

        Assert.Equal(0, outcome.Requests.FailedSafe);
        Assert.InRange(outcome.Requests.FailedUnsafe, 1, 10);
        Assert.InRange(outcome.Requests.Rescued, 1, 20);
    }

    [Fact]
    public void Nothing_is_rescued_with_one_attempt_a_request() =>
        Assert.InRange(Replays.Run(Gray, setup: Replays.Setup(options => options.Attempts.Max = 1)).Requests.FailedSafe, 1, 10);

    [Fact]
    public void A_share_of_errors_is_judged_by_its_share()
    {
        var outcome = Replays.Run(
            """{ "at": "5s", "backend": "primary", "is": "erring", "share": 0.55, "probe": "passes" }""", setup: Replays.Setup(options => options.Judging.FailureStreak = 1000));

        Assert.Contains("R13", Replays.Rules(outcome));
        // It takes seconds until half of the window is bad, and a fifth of the requests may be repeated.
        Assert.InRange(outcome.Requests.FailedSafe, 50, 200);
        Assert.InRange(outcome.Requests.Rescued, 200, 400);
    }

    [Fact]
    public void A_hang_that_leaves_the_probe_alone_is_found_by_silence()
    {
        var outcome = Replays.Run(
            """{ "at": "10s", "backend": "primary", "is": "hung", "probe": "passes", "until": "20s" }""", more: """, "traffic": { "requestsPerSecond": 1000, "unsafeShare": 0 }""");

        Assert.Contains("R16", Replays.Rules(outcome));
        Assert.InRange(Replays.Second(outcome.Timeline.Changes[0]), 10.15, 10.5);
        Assert.Equal(0, outcome.Requests.FailedSafe);
        Assert.True(outcome.Requests.Hedged > 0);
    }

    [Fact]
    public void A_standby_that_may_get_nothing_gets_nothing_until_the_verdict()
    {
        var outcome = Replays.Run(Gray, setup: Replays.Setup(options => options.Standby = StandbyPolicy.None));

        Assert.Equal(["Failover to secondary"], Replays.Switches(outcome));
        Assert.InRange(outcome.Requests.FailedSafe, 2, 5);
    }

    [Fact]
    public void An_operators_commands_are_told_and_done()
    {
        var outcome = Replays.Run(Crash, more: """
            , "commands": [
                { "at": "5s", "command": "hold" }, { "at": "12s", "command": "release" },
                { "at": "25s", "command": "drain", "backend": "PRIMARY" }, { "at": "26s", "command": "switchover", "backend": "primary" } ]
            """);

        Assert.Equal(["Failover to secondary", "Failback to primary", "Switchover to secondary"], Replays.Switches(outcome));
        Assert.InRange(Replays.Second(outcome.Timeline.Changes[0]), 12, 12.002);
        Assert.Contains("R40", Replays.Rules(outcome));
        Assert.Contains("R41", Replays.Rules(outcome));
    }

    [Fact]
    public void Where_nobody_asks_only_the_probes_tell()
    {
        var outcome = Replays.Run(Crash, more: """, "traffic": { "requestsPerSecond": 0 }""");

        Assert.Equal(["Failover to secondary", "Failback to primary"], Replays.Switches(outcome));
        Assert.Equal((0, TimeSpan.Zero), (outcome.Requests.Requests, outcome.Requests.Downtime));
        Assert.Null(outcome.Failover);
    }

    [Fact]
    public void An_error_that_counts_as_none_is_passed_on_and_is_an_error_to_the_client_all_the_same()
    {
        const string Forbidden = """{ "at": "10s", "backend": "primary", "is": "erring", "status": 403, "probe": "passes" }""";
        var (blind, told) = (Replays.Run(Forbidden), Replays.Run(Forbidden, setup: Replays.Setup(options => options.Judging.FailureStatuses.Add(403))));

        Assert.Equal(0, blind.Changes);
        Assert.InRange(blind.Requests.PassedOn, 2000, 2002);
        Assert.Equal(blind.Requests.PassedOn, blind.Requests.FailedSafe + blind.Requests.FailedUnsafe);
        Assert.InRange(blind.Requests.Downtime.TotalSeconds, 19.9, 20.1);
        Assert.Equal((1, 0, 0), (told.Changes, told.Requests.PassedOn, told.Requests.FailedSafe));
    }

    [Fact]
    public void What_is_under_way_when_the_trace_ends_gets_its_end()
    {
        var outcome = Replays.Run("""{ "at": "28s", "backend": "primary", "is": "hung" }, { "at": "28s", "backend": "secondary", "is": "hung" }""",
            setup: Replays.Setup(options => options.Attempts.Deadline = TimeSpan.FromSeconds(3)));

        Assert.InRange(outcome.Requests.FailedSafe + outcome.Requests.FailedUnsafe, 200, 202);
        Assert.InRange(outcome.Requests.LongestWait.TotalSeconds, 3, 3.1);
    }
}
