using System.Collections.Immutable;
using Gateway.Core.Judging;
using Gateway.Core.Tests.Judging;
using Xunit;
using static Gateway.Core.Tests.Judging.Pools;

namespace Gateway.Core.Tests;

/// <summary>The exact places at which a rule turns, where no story passes by.</summary>
public class EdgeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(1, "1st")]
    [InlineData(2, "2nd")]
    [InlineData(3, "3rd")]
    [InlineData(4, "4th")]
    [InlineData(11, "11th")]
    [InlineData(12, "12th")]
    [InlineData(13, "13th")]
    [InlineData(21, "21st")]
    [InlineData(102, "102nd")]
    [InlineData(111, "111th")]
    public void Numbers_have_their_endings(long number, string text) => Assert.Equal(text, Words.Ordinal(number));

    [Theory]
    [InlineData(999, "999 ms")]
    [InlineData(1000, "1 s")]
    [InlineData(119_900, "119.9 s")]
    [InlineData(120_000, "2 min")]
    [InlineData(7_200_000, "2 h")]
    public void Spans_change_their_unit(double milliseconds, string text) => Assert.Equal(text, Words.Span(TimeSpan.FromMilliseconds(milliseconds)));

    [Theory]
    [InlineData(20, 10, 0, true)]
    [InlineData(20, 9, 0, false)]
    [InlineData(19, 19, 0, false)]
    [InlineData(20, 0, 16, true)]
    [InlineData(20, 0, 15, false)]
    public void Shares_are_judged_from_their_limits_on(long attempts, long failed, long slow, bool ejects)
    {
        var pool = Of("a | b", new PoolTuning { FailureRatio = 0.5, SlowRatio = 0.8, RatioAttempts = 20 });
        var after = pool.Step(new PoolInput.AttemptsCounted(At(1), default, Id("a"), new Outcomes(attempts, failed, slow, Second)));
        Assert.Equal(ejects, after.Backends[Id("a")].Ejected);
    }

    [Fact]
    public void Nothing_bad_is_no_share_of_anything()
    {
        var pool = Of("a | b", new PoolTuning { FailureRatio = double.Epsilon, SlowRatio = double.Epsilon, RatioAttempts = 1 });
        Assert.False(pool.Step(new PoolInput.AttemptsCounted(At(1), default, Id("a"), new Outcomes(50, 0, 0, Second))).Backends[Id("a")].Ejected);
    }

    [Theory]
    [InlineData(5, 150, 5, true)]
    [InlineData(4, 150, 5, false)]
    [InlineData(5, 149, 5, false)]
    [InlineData(5, 150, 4.999, false)]
    public void A_stall_begins_with_the_last_of_its_conditions(long silent, int milliseconds, double seconds, bool ejects)
    {
        var pool = Of("a | b", new PoolTuning { StallAttempts = 5, StallTime = TimeSpan.FromMilliseconds(150), StallDisarm = TimeSpan.FromSeconds(5) });
        var now = At(seconds);
        var since = new Instant(now.Ticks - TimeSpan.FromMilliseconds(milliseconds).Ticks);
        var after = pool.Step(new PoolInput.AttemptSilent(now, default, Id("a"), "orders", silent, since, OthersAnswer: true));
        Assert.Equal(ejects, after.Backends[Id("a")].Ejected);
    }

    [Fact]
    public void A_suspicion_that_is_not_of_silence_is_not_ended_by_an_answer_in_time()
    {
        var pool = Of("a | b").Step(RequestFails("a", 1, streak: 2));
        Assert.Equal(Health.Suspected, pool.Step(new PoolInput.AnswersResumed(At(2), default, Id("a"))).Backends[Id("a")].Health);
    }

    // Health by name: u up, s suspected, d down, ? unknown.
    [Theory]
    [InlineData("a=d | b=s | c=u", "1", 0, 2)]
    [InlineData("a=d | b=s | c=s", "1", 0, 1)]
    [InlineData("a=d | b=d | c=d", "1", 0, -1)]
    [InlineData("a=s | b=s", "1", 1, 0)]
    [InlineData("a=u+b=d | c=u+d=s", "2", 0, 1)]
    [InlineData("a=u+b=d | c=u+d=d", "2", 1, 1)]
    [InlineData("a=u+b=d | c=d+d=d", "2", 1, 0)]
    [InlineData("a=s+b=d | c=d+d=d", "2", 1, 0)]
    [InlineData("a=d+b=d | c=s+d=d | e=u+f=d", "2", 0, 2)]
    [InlineData("a=d+b=d | c=s+d=d | e=s+f=d", "2", 0, 1)]
    public void The_best_tier_has_enough_then_any_that_are_sound_then_any(string members, string minimum, int active, int best)
    {
        var names = string.Join('|', members.Split('|').Select(tier => string.Join('+', tier.Split('+').Select(member => member.Trim()[..1]))));
        var pool = Of(names, new PoolTuning { TierMinimum = new TierMinimum(int.Parse(minimum), 0) });
        foreach (var member in members.Split('|', '+'))
        {
            pool = pool.With(member.Trim()[..1], backend => backend with
            {
                Health = member.Trim()[2] switch { 'u' => Health.Up, 's' => Health.Suspected, 'd' => Health.Down, _ => Health.Unknown },
            });
        }

        Assert.Equal(best, Ranking.BestTier(pool with { ActiveTier = active, ObeyedTier = active }));
    }

    [Fact]
    public void Those_out_of_service_are_no_part_of_what_a_tier_needs()
    {
        var pool = Of("a + b + c + d", new PoolTuning { TierMinimum = new TierMinimum(1, 0.5) });
        Assert.Equal(2, Ranking.Required(pool, pool.Active));
        Assert.Equal(1, Ranking.Required(pool.With("a", Admin.Draining).With("b", Admin.Disabled), pool.Active));
        Assert.Equal(1, Ranking.Required(pool.With("a", Admin.Disabled).With("b", Admin.Disabled).With("c", Admin.Disabled).With("d", Admin.Disabled), pool.Active));
    }

    [Fact]
    public void Where_nobody_could_take_it_nothing_spills_over()
    {
        var pool = Of("a + b | c", new PoolTuning { SpillOver = 1 }).WithDown("a");
        Assert.Equal(("c", 0.5), (Ranking.SpillOver(pool).Next.Names(), Ranking.SpillOver(pool).Share));
        Assert.Equal((0, 0.0), (Ranking.SpillOver(pool.WithDown("c")).Next.Length, Ranking.SpillOver(pool.WithDown("c")).Share));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(10, 0.5)]
    public void Without_a_slow_start_everything_comes_at_once(int seconds, double share)
    {
        var backend = Of("a").Backends[Id("a")] with { StartsSlowly = true, UpSince = At(0) };
        Assert.Equal(share, Ranking.Ramp(backend, new PoolTuning { SlowStart = TimeSpan.FromSeconds(seconds) }, At(5)));
        Assert.Equal(1, Ranking.Ramp(backend with { StartsSlowly = false }, new PoolTuning { SlowStart = TimeSpan.FromSeconds(seconds) }, At(5)));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(60, 1)]
    [InlineData(119, 1)]
    [InlineData(120, 0)]
    public void Good_time_takes_ejections_back(double seconds, int left)
    {
        var backend = Of("a").Backends[Id("a")] with { Ejections = 2, Health = Health.Up, UpSince = At(0) };
        var tuning = new PoolTuning { EjectionMemory = TimeSpan.FromSeconds(60) };
        Assert.Equal(seconds == 0 ? 2 : left, EjectionRule.Remembered(tuning, backend, At(seconds)));
        Assert.Equal(0, EjectionRule.Remembered(tuning with { EjectionMemory = TimeSpan.Zero }, backend, At(seconds)));
        Assert.Equal(2, EjectionRule.Remembered(tuning, backend with { Health = Health.Down }, At(seconds)));
    }

    [Fact]
    public void Changes_of_an_hour_ago_are_forgotten_to_the_instant()
    {
        var pool = Of("a | b", new PoolTuning { MaxChangesPerHour = 2 }) with { Changes = [At(0), At(10)] };
        Assert.Equal(At(3600), Restlessness.FailoverAllowedAt(pool));
        Assert.Equal(At(3610), Restlessness.FailbackAllowedAt(pool));
        Assert.Equal([At(10), At(3600)], Restlessness.Add(pool, At(3600)).AsEnumerable());
        Assert.Null(Restlessness.FailoverAllowedAt(pool with { Changes = [At(0)] }));
        Assert.Empty(Restlessness.Add(Of("a | b", new PoolTuning { MaxChangesPerHour = 0 }), At(1)));
    }

    [Fact]
    public void A_failover_is_allowed_at_the_instant_that_the_rest_names()
    {
        var pool = Of("a | b", new PoolTuning { MaxChangesPerHour = 2 }).WithDown("a") with { Changes = [At(0), At(10)] };
        Assert.Equal(ReasonCode.TooManyChanges, Decider.Decide(pool, new PoolInput.Ticked(At(3599.999), default)).Reason.Code);
        Assert.Equal(ReasonCode.FailedOver, Decider.Decide(pool, new PoolInput.Ticked(At(3600), default)).Reason.Code);
    }

    [Fact]
    public void A_release_that_ends_a_hold_keeps_the_count_and_one_that_ends_a_rest_begins_it_anew()
    {
        var pool = Of("a | b") with { Changes = [At(1)], Held = true };
        var release = new PoolEvent.HoldReleased(At(2), "Released.");
        Assert.Single(Applier.Apply(pool, release).Changes);
        Assert.Empty(Applier.Apply(pool with { RestsUntil = At(9) }, release).Changes);
    }

    [Theory]
    [InlineData(12, true)]
    [InlineData(11, false)]
    public void Another_limit_ends_a_rest(int limit, bool rests)
    {
        var pool = Of("a | b") with { RestsUntil = At(9) };
        var definition = pool.Definition with { Tuning = pool.Tuning with { MaxChangesPerHour = limit, Fall = 7 } };
        Assert.Equal(rests, Applier.Apply(pool, new PoolEvent.PoolConfigured(At(2), definition, "Configured.")).RestsUntil is not null);
    }

    [Fact]
    public void Requests_stay_where_they_are_when_a_dry_run_is_configured_anew()
    {
        var dry = new PoolTuning { Enforced = false };
        var pool = Of("a | b | c", dry) with { ActiveTier = 2, ObeyedTier = 1 };
        Assert.Equal(1, Applier.Apply(pool, new PoolEvent.PoolConfigured(At(2), pool.Definition with { Tuning = dry with { Fall = 7 } }, "Configured.")).ObeyedTier);
        Assert.Equal(2, Applier.Apply(pool, new PoolEvent.PoolConfigured(At(2), pool.Definition with { Tuning = dry with { Enforced = true } }, "Configured.")).ObeyedTier);
        Assert.Equal(0, Applier.Apply(pool, new PoolEvent.PoolConfigured(At(2), Of("a | c", dry).Definition, "Configured.")).ObeyedTier);
    }

    [Fact]
    public void A_checkpoint_brings_its_changes()
    {
        var moved = new PoolEvent.ActiveChanged(
            At(5), new Epoch(4), ChangeKind.Switchover, "b", "b", [Id("b")], Cause.ProbeFailed, FirstSignalAt: null, default, Pinned: false, "Moved.")
        {
            Changes = [At(1), At(2)],
        };
        Assert.Equal([At(1), At(2)], Applier.Apply(Of("a | b"), moved).Changes.AsEnumerable());
    }

    [Fact]
    public void A_reset_forgets_everything_that_was_held_against_a_backend()
    {
        var pool = Of("a | b").With("a", backend => backend with { Ejections = 3, UpSince = At(1), StartsSlowly = true });
        var reset = pool.Step(new PoolInput.Commanded(At(2), default, new Command.Reset(Id("a")), "ops")).Backends[Id("a")];
        Assert.Equal((0, null, false), (reset.Ejections, reset.UpSince, reset.StartsSlowly));
    }

    [Fact]
    public void Who_goes_down_no_longer_starts_slowly()
    {
        var pool = Of("a | b").With("a", backend => backend with { UpSince = At(1), StartsSlowly = true, Ejections = 1 });
        var down = pool.Step(Fails("a", 2)).Step(Fails("a", 3)).Backends[Id("a")];
        Assert.Equal((Health.Down, false, null, 1), (down.Health, down.StartsSlowly, down.UpSince, down.Ejections));
    }

    [Fact]
    public void However_a_backend_goes_down_its_ejections_are_not_forgotten()
    {
        var ejected = Of("a | b").Step(RequestFails("a", 1, streak: 3));
        Assert.Equal(1, ejected.Step(Fails("a", 2)).Step(Fails("a", 3)).Backends[Id("a")].Ejections);
        var refused = new PoolInput.ConnectionRefused(At(2), default, Id("a"), new Fault(FaultKind.Connect, "connection refused"));
        Assert.Equal(1, ejected.Step(refused).Backends[Id("a")].Ejections);
    }

    [Fact]
    public void A_plain_suspicion_spares_nobody()
    {
        var pool = Of("a").Step(RequestFails("a", 1, streak: 3));
        Assert.Equal(At(1), pool.Backends[Id("a")].SparedAt);
        pool = pool.Step(Passes("a", 2)).Step(Passes("a", 3)).Step(Fails("a", 4));
        Assert.Equal((Health.Suspected, At(1)), (pool.Backends[Id("a")].Health, pool.Backends[Id("a")].SparedAt));
    }

    [Fact]
    public void Who_is_forced_no_longer_is_once_it_is_up()
    {
        var forced = Of("a | b").WithDown("b") with { ActiveTier = 1, ObeyedTier = 1, Held = true, Forced = true };
        Assert.False(Applier.Apply(forced, new PoolEvent.BackendCameUp(At(1), Id("b"), "Up.")).Forced);
        Assert.True(Applier.Apply(forced, new PoolEvent.BackendCameUp(At(1), Id("a"), "Up.")).Forced);
    }

    [Fact]
    public void A_drain_that_ended_in_time_says_so()
    {
        var draining = Of("a | b").With("a", backend => backend with { Admin = Admin.Draining, DrainUntil = At(9) });
        Assert.True(Drained(draining, new PoolInput.Emptied(At(2), default, Id("a"))).InTime);
        Assert.False(Drained(draining, new PoolInput.Ticked(At(9), default)).InTime);

        static PoolEvent.BackendDrained Drained(PoolState pool, PoolInput input) =>
            Decider.Decide(pool, input).Events.OfType<PoolEvent.BackendDrained>().Single();
    }

    [Fact]
    public void Of_several_things_that_are_due_the_first_is_the_reason()
    {
        var pool = Of("a | b").With("a", backend => backend with { Admin = Admin.Draining, DrainUntil = At(9) }) with { RestsUntil = At(8) };
        var decision = Decider.Decide(pool, new PoolInput.Ticked(At(10), default));
        Assert.Equal([nameof(PoolEvent.BackendDrained), nameof(PoolEvent.RestEnded)], decision.Events.Take(2).Select(happened => happened.GetType().Name));
    }

    [Fact]
    public void Who_forces_a_held_pool_does_not_hold_it_twice()
    {
        var held = Of("a | b").WithDown("b") with { Held = true };
        var force = new PoolInput.Commanded(At(1), default, new Command.Switchover(Id("b"), Force: true), "ops");
        Assert.DoesNotContain(Decider.Decide(held, force).Events, happened => happened is PoolEvent.HoldPlaced);
        Assert.Contains(Decider.Decide(held with { Held = false }, force).Events, happened => happened is PoolEvent.HoldPlaced);
    }

    [Fact]
    public void A_choice_of_the_first_tier_is_no_pin_unless_it_has_too_few()
    {
        var pool = Of("a + b | c", new PoolTuning { TierMinimum = new TierMinimum(2, 0), Failback = FailbackMode.Manual }) with { ActiveTier = 1, ObeyedTier = 1 };
        var ask = new PoolInput.Commanded(At(1), default, new Command.Switchover(Id("a"), Force: true), "ops");
        Assert.False(pool.Step(ask).Pinned);
        Assert.True(pool.WithDown("b").Step(ask).Pinned);
    }

    [Fact]
    public void A_proposal_is_made_anew_when_its_time_is_over()
    {
        var pool = Of("a | b").WithDown("a");
        pool = pool with { Definition = pool.Definition with { Shared = true }, ProposedAt = At(1) };
        Assert.Null(Decider.Decide(pool, new PoolInput.Ticked(At(1.999), default)).Proposal);
        var proposal = Decider.Decide(pool with { Revision = 6 }, new PoolInput.Ticked(At(2), default)).Proposal;
        Assert.Equal((6L, "b"), (proposal!.ExpectedRevision, proposal.Verdict.To));
        Assert.Equal(At(2), Timers.NextDue(pool));
    }

    [Fact]
    public void The_same_revision_is_no_news()
    {
        var pool = Of("a | b") with { Revision = 6 };
        var moved = new PoolEvent.ActiveChanged(
            At(5), new Epoch(4), ChangeKind.Failover, "a", "b", [Id("b")], Cause.ProbeFailed, FirstSignalAt: null, default, Pinned: false, "Moved.");
        Assert.Equal(ReasonCode.OlderRevision, Decider.Decide(pool, new PoolInput.VerdictLearned(At(6), default, 6, moved)).Reason.Code);
        Assert.Equal(ReasonCode.Agreed, Decider.Decide(pool, new PoolInput.VerdictLearned(At(6), default, 7, moved)).Reason.Code);
    }

    [Fact]
    public void An_instant_reads_as_milliseconds() => Assert.Equal("1500ms", At(1.5).ToString());

    [Fact]
    public void The_configuration_may_say_why_somebody_is_gone()
    {
        var gone = new PoolInput.Configured(At(1), default, Of("b").Definition) { Because = "ops removed a" };
        Assert.Contains("ops removed a", Decider.Decide(Of("a | b"), gone).Reason.Sentence, StringComparison.Ordinal);
    }
}
