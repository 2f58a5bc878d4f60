using System.Collections.Immutable;
using Gateway.Core.Tests.Judging;
using Xunit;
using static Gateway.Core.Tests.Judging.Pools;

namespace Gateway.Core.Tests;

/// <summary>A check that never objects is none: every invariant is broken here once, on purpose.</summary>
public class InvariantTests
{
    private static readonly PoolEvent.ActiveChanged Moved = new(
        At(1), new Epoch(2), ChangeKind.Failover, "a", "b", [Id("b")], Cause.ProbeFailed, At(1), default, Pinned: false, "Moved.");

    private static readonly Reason Because = new(ReasonCode.Steady, "Nothing is due.");

    [Fact]
    public void A_sound_pool_breaks_none() => Assert.Empty(Invariants.Broken(Of("a | b + c")));

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void The_active_tier_exists(int tier) =>
        Says("the active tier", Of("a | b") with { ActiveTier = tier, ObeyedTier = 0 });

    [Theory]
    [InlineData(-1, false)]
    [InlineData(2, false)]
    [InlineData(1, true)]
    public void Requests_follow_the_verdict_unless_it_is_a_dry_run(int tier, bool enforced) =>
        Says("requests follow another tier", Of("a | b", new PoolTuning { Enforced = enforced }) with { ObeyedTier = tier });

    [Fact]
    public void In_a_dry_run_they_need_not() => Assert.Empty(Invariants.Broken(Of("a | b", new PoolTuning { Enforced = false }) with { ObeyedTier = 1 }));

    [Fact]
    public void Those_that_are_known_are_those_that_are_configured() =>
        Says("the backends known", Of("a | b") with { Backends = Of("a | b").Backends.Remove(Id("b")) });

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Who_does_not_drain_has_no_end_of_it(bool hasTime, bool isDrained) => Says(
        "does not drain", Of("a | b").With("a", backend => backend with { DrainUntil = hasTime ? At(1) : null, Drained = isDrained }));

    [Fact]
    public void Who_drains_may() => Assert.Empty(Invariants.Broken(
        Of("a | b").With("a", backend => backend with { Admin = Admin.Draining, DrainUntil = At(1), Drained = true })));

    [Fact]
    public void No_more_changes_are_remembered_than_may_be_made()
    {
        var pool = Of("a | b", new PoolTuning { MaxChangesPerHour = 2 });
        Assert.Empty(Invariants.Broken(pool with { Changes = [At(1), At(2)] }));
        Says("more changes are remembered", pool with { Changes = [At(1), At(2), At(3)] });
    }

    [Fact]
    public void Who_is_ejected_is_down() => Says("ejected but not down", Of("a | b").With("a", backend => backend with { Ejection = new Ejection(At(1)) }));

    [Fact]
    public void Somebody_can_be_selected_as_long_as_not_all_are_disabled() =>
        Assert.Empty(Invariants.Broken(Of("a | b").With("a", Admin.Disabled).With("b", Admin.Draining)));

    [Fact]
    public void An_epoch_is_a_change()
    {
        var pool = Of("a | b");
        Steps("the epoch went from 1 to 2 with 0 changes", pool, Nothing(), pool with { Epoch = new Epoch(2) });
        Steps("the epoch went from 1 to 1 with 1 changes", pool, new Decision([Moved], Because), pool);
        Assert.Empty(Invariants.Broken(pool, new Decision([Moved], Because), pool with { Epoch = new Epoch(2) }));
    }

    // Others may have moved it more than once meanwhile.
    [Fact]
    public void Where_a_verdict_is_shared_an_epoch_only_grows()
    {
        var pool = Of("a | b");
        pool = pool with { Definition = pool.Definition with { Shared = true }, Epoch = new Epoch(3) };
        Assert.Empty(Invariants.Broken(pool, Nothing(), pool with { Epoch = new Epoch(7) }));
        Steps("the epoch went from 3 to 2", pool, Nothing(), pool with { Epoch = new Epoch(2) });
    }

    [Fact]
    public void A_revision_never_goes_back()
    {
        var pool = Of("a | b") with { Revision = 5 };
        Steps("the revision went back from 5 to 4", pool, Nothing(), pool with { Revision = 4 });
    }

    [Fact]
    public void Every_decision_has_its_sentence() =>
        Steps("without a sentence", Of("a | b"), new Decision([], new Reason(ReasonCode.Steady, string.Empty)), Of("a | b"));

    [Theory]
    [InlineData(ChangeKind.Failover, Cause.ProbeFailed, 0, true)]
    [InlineData(ChangeKind.Failback, Cause.Preferred, 0, true)]
    [InlineData(ChangeKind.Failback, Cause.Operator, 0, false)]
    [InlineData(ChangeKind.Switchover, Cause.Leaving, 0, true)]
    [InlineData(ChangeKind.Switchover, Cause.Drained, 0, false)]
    [InlineData(ChangeKind.Failover, Cause.ProbeFailed, 9, false)]
    public void A_held_pool_changes_nothing_by_itself(ChangeKind kind, Cause cause, long revision, bool broken)
    {
        var held = Of("a | b") with { Held = true };
        var decision = new Decision([Moved with { Kind = kind, Cause = cause, Revision = revision }], Because);

        Assert.Equal(broken, Invariants.Broken(held, decision, held with { Epoch = new Epoch(2) }).Any());
        Assert.Empty(Invariants.Broken(held, decision, held with { Epoch = new Epoch(2), Held = false }));
        Assert.Empty(Invariants.Broken(held with { Held = false }, decision, held with { Epoch = new Epoch(2) }));
    }

    private static Decision Nothing() => new([], Because);

    private static void Says(string sentence, PoolState pool) => Assert.Contains(sentence, Assert.Single(Invariants.Broken(pool)), StringComparison.Ordinal);

    private static void Steps(string sentence, PoolState before, Decision decision, PoolState after) =>
        Assert.Contains(sentence, Assert.Single(Invariants.Broken(before, decision, after)), StringComparison.Ordinal);
}
