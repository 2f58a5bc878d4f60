using Gateway.Core;
using Gateway.Failover.Engine;
using Gateway.Tests.WhatIf;

namespace Gateway.Tests.Engine;

public class AlarmsTests
{
    private static readonly Instant Ten = new Instant(0) + TimeSpan.FromSeconds(10);

    private readonly Alarms _alarms = new();
    private readonly Pool _pool;

    public AlarmsTests()
    {
        var setup = Replays.Setup();
        _pool = new Pool(setup, PoolState.Create(setup.Definition, new Instant(0)) with { RestsUntil = Ten });
    }

    // A timer may go off a moment before its time. Nothing is due then, and nobody else would ever ask for it again.
    [Fact]
    public void A_timer_that_comes_too_soon_is_set_again()
    {
        _alarms.Set(_pool);
        Assert.True(_alarms.HasMoved(out var due));
        Assert.Equal(Ten, due);
        Assert.False(_alarms.HasMoved(out _));

        Assert.Empty(_alarms.Due(new Instant(Ten.Ticks - 1)));
        Assert.True(_alarms.HasMoved(out due));
        Assert.Equal(Ten, due);
        Assert.Same(_pool, Assert.Single(_alarms.Due(Ten)));
        Assert.Empty(_alarms.Due(Ten));
    }

    [Fact]
    public void A_pool_that_is_gone_wakes_nobody()
    {
        _alarms.Set(_pool);
        _alarms.Keep([]);
        Assert.Empty(_alarms.Due(Ten));
        _alarms.HasMoved(out var due);
        Assert.Null(due);
    }
}
