using Xunit;
using static Gateway.Core.Tests.Judging.Pools;

namespace Gateway.Core.Tests.Judging;

public class ProbeJudgeTests
{
    private static readonly BackendId A = Id("a");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Exactly_fall_failures_take_a_backend_down(int fall)
    {
        var pool = Of("a | b", PoolTuning.Default with { Fall = fall });
        for (var failure = 1; failure < fall; failure++)
        {
            pool = pool.Step(Fails("a", failure));
            Assert.Equal(Health.Suspected, pool.Backends[A].Health);
        }

        Assert.Equal(Health.Down, pool.Step(Fails("a", fall)).Backends[A].Health);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Exactly_rise_passes_bring_it_back(int rise)
    {
        var pool = Of("a | b", PoolTuning.Default with { Fall = 1, Rise = rise }).Step(Fails("a", 1));
        for (var pass = 1; pass < rise; pass++)
        {
            pool = pool.Step(Passes("a", 1 + pass));
            Assert.Equal(Health.Down, pool.Backends[A].Health);
        }

        Assert.Equal(Health.Up, pool.Step(Passes("a", 1 + rise)).Backends[A].Health);
    }

    [Fact]
    public void A_failure_in_between_starts_the_passes_anew()
    {
        var pool = Of("a | b", PoolTuning.Default with { Fall = 1, Rise = 2 })
            .Step(Fails("a", 1)).Step(Passes("a", 2)).Step(Fails("a", 3)).Step(Passes("a", 4));

        Assert.Equal(Health.Down, pool.Backends[A].Health);
    }

    [Fact]
    public void A_pass_in_between_starts_the_failures_anew()
    {
        var pool = Of("a | b", PoolTuning.Default with { Fall = 2 }).Step(Fails("a", 1)).Step(Passes("a", 2)).Step(Fails("a", 3));

        Assert.Equal(Health.Suspected, pool.Backends[A].Health);
    }

    [Theory]
    [InlineData(10.999, false)]
    [InlineData(11, true)]
    public void An_ejection_ends_to_the_instant(double seconds, bool expected)
    {
        var tuning = PoolTuning.Default with { Rise = 1, EjectionTime = TimeSpan.FromSeconds(10) };
        var ejected = Of("a | b", tuning).Step(RequestFails("a", 1, streak: 3)).Step(Passes("a", 2));

        Assert.Equal(expected, ejected.Step(new PoolInput.Ticked(At(seconds), default)).Backends[A].OnTrial);
    }

    [Fact]
    public void However_often_its_probe_passes_an_ejected_backend_stays_down()
    {
        var pool = Of("a | b", PoolTuning.Default with { Rise = 1 }).Step(RequestFails("a", 1, streak: 3)).Step(new PoolInput.Ticked(At(11), default));

        Assert.Equal(Health.Down, Enumerable.Range(12, 20).Aggregate(pool, (sum, second) => sum.Step(Passes("a", second))).Backends[A].Health);
    }

    [Fact]
    public void An_operator_who_enables_an_ejected_backend_does_not_lengthen_its_ejection()
    {
        var tuning = PoolTuning.Default with { Rise = 1, EjectionTime = TimeSpan.FromSeconds(10) };
        var pool = Of("a | b", tuning).Step(RequestFails("a", 1, streak: 3))
            .Step(new PoolInput.Commanded(At(5), default, new Command.Drain(A), "ops"))
            .Step(new PoolInput.Commanded(At(6), default, new Command.Enable(A), "ops")).Step(Passes("a", 7));

        Assert.True(pool.Step(new PoolInput.Ticked(At(11), default)).Backends[A].OnTrial);
    }
}
