using Gateway.Core.Judging;
using Xunit;
using static Gateway.Core.Tests.Judging.Pools;

namespace Gateway.Core.Tests.Judging;

public class RankingTests
{
    [Fact]
    public void The_active_tier_comes_first_then_the_order_of_preference() =>
        Assert.Equal("b c a d", Ranking.Candidates(Of("a | b + c | d") with { ActiveTier = 1, ObeyedTier = 1 }).Names());

    [Fact]
    public void Who_is_down_is_no_candidate() =>
        Assert.Equal("c d", Ranking.Candidates(Of("a | b + c | d").WithDown("a", "b") with { ActiveTier = 1, ObeyedTier = 1 }).Names());

    [Fact]
    public void Who_is_drained_or_disabled_is_no_candidate() => Assert.Equal(
        "c", Ranking.Candidates(Of("a | b | c").With("a", Admin.Draining).With("b", Admin.Disabled) with { ActiveTier = 2, ObeyedTier = 2 }).Names());

    [Fact]
    public void A_suspected_backend_keeps_its_place() => Assert.Equal(
        "a b", Ranking.Candidates(Of("a | b").With("a", backend => backend with { Health = Health.Suspected })).Names());

    [Fact]
    public void When_nobody_is_fit_everybody_who_is_not_disabled_is_a_candidate_and_the_drained_come_last() => Assert.Equal(
        "c b", Ranking.Candidates(Of("a | b | c").WithDown("b", "c").With("a", Admin.Disabled).With("b", Admin.Draining)).Names());

    [Fact]
    public void Load_balancing_stays_inside_the_active_tier() =>
        Assert.Equal("b c", Ranking.Serving(Of("a | b + c | d") with { ActiveTier = 1, ObeyedTier = 1 }).Names());

    [Fact]
    public void Without_a_fit_member_of_the_active_tier_the_next_candidate_serves() =>
        Assert.Equal("b", Ranking.Serving(Of("a | b | c").WithDown("a")).Names());

    [Fact]
    public void A_forced_tier_serves_although_it_is_down() => Assert.Equal(
        ("b", "b a"),
        (Ranking.Serving(Forced()).Names(), Ranking.Candidates(Forced()).Names()));

    [Fact]
    public void The_best_tier_is_the_first_that_is_up_beyond_doubt() => Assert.Equal(
        2, Ranking.BestTier(Of("a | b | c").WithDown("a").With("b", backend => backend with { Health = Health.Suspected })));

    [Fact]
    public void Without_one_beyond_doubt_a_doubtful_one_will_do() => Assert.Equal(
        1, Ranking.BestTier(Of("a | b").WithDown("a").With("b", backend => backend with { Health = Health.Unknown })));

    [Fact]
    public void Without_anybody_there_is_no_best_tier() => Assert.Equal(-1, Ranking.BestTier(Of("a | b").WithDown("a", "b")));

    private static PoolState Forced() => Of("a | b").WithDown("b") with { ActiveTier = 1, ObeyedTier = 1, Held = true, Forced = true };
}
