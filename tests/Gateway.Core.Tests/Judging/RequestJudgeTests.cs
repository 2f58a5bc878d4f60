using Xunit;
using static Gateway.Core.Tests.Judging.Pools;

namespace Gateway.Core.Tests.Judging;

public class RequestJudgeTests
{
    private static readonly BackendId A = Id("a");

    [Theory]
    [InlineData(1, Health.Up)]
    [InlineData(2, Health.Suspected)]
    [InlineData(3, Health.Suspected)]
    [InlineData(4, Health.Down)]
    [InlineData(400, Health.Down)]
    public void A_row_of_failures_is_noted_then_suspected_then_ejected(long streak, Health expected)
    {
        var backend = Of("a | b", PoolTuning.Default with { FailureStreak = 4 }).Step(RequestFails("a", 1, streak)).Backends[A];

        Assert.Equal((expected, expected == Health.Down), (backend.Health, backend.Ejected));
    }

    [Fact]
    public void A_failure_at_a_backend_that_is_down_changes_nothing()
    {
        var pool = Of("a | b").WithDown("a") with { ActiveTier = 1, ObeyedTier = 1 };

        Assert.Empty(Decider.Decide(pool, RequestFails("a", 1, streak: 9)).Events);
    }

    [Fact]
    public void The_first_failure_of_a_new_row_is_the_first_bad_signal()
    {
        var pool = Of("a | b").Step(RequestFails("a", 1, streak: 1)).Step(RequestFails("a", 60, streak: 1));

        Assert.Equal(At(60), pool.Backends[A].Evidence.FirstBadAt);
    }

    [Fact]
    public void A_failed_request_does_not_make_a_failing_probe_forgotten()
    {
        var pool = Of("a | b", PoolTuning.Default with { Fall = 2 }).Step(Fails("a", 1)).Step(RequestFails("a", 2, streak: 1));

        Assert.Equal((At(1), Health.Down), (pool.Backends[A].Evidence.FirstBadAt, pool.Step(Fails("a", 3)).Backends[A].Health));
    }
}
