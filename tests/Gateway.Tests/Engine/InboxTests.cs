using Gateway.Core;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;

namespace Gateway.Tests.Engine;

/// <summary>The queue is bounded: observations are dropped and counted, a command is refused.</summary>
public class InboxTests
{
    [Fact]
    public async Task What_does_not_fit_is_dropped_and_counted_and_a_command_is_refused_at_once()
    {
        // The engine does not run, so nobody empties the queue.
        await using var gateway = RunningGateway.Build(Settings.TwoTiers().With("Failover:Engine:InboxCapacity", "100"));
        gateway.Get<PoolDirectory>().Swap(gateway.Get<ConfigGate>().Current.Pools.Select(
            setup => new Pool(setup, PoolState.Create(setup.Definition, default))));
        var (inbox, pool) = (gateway.Inbox, gateway.Pool);

        for (var probe = 0; probe < 100; probe++)
        {
            inbox.ProbeCompleted(pool, new BackendId("primary"), ProbeOutcome.Passed.Instance);
        }

        Assert.Equal(0, inbox.Dropped);
        inbox.ProbeCompleted(pool, new BackendId("primary"), ProbeOutcome.Passed.Instance);
        inbox.AttemptFailed(pool, pool.Members["primary"], new Fault(FaultKind.Status, "answered 500"), 1, isTrial: false);
        inbox.FirstAnswered(pool, new FirstAnswer(Epoch.First, []), askedAt: null);
        inbox.TimeIsUp();
        Assert.Equal(4, inbox.Dropped);
        await Assert.ThrowsAsync<TimeoutException>(() => inbox.AskAsync("api", new Command.Hold(), "a test", CancellationToken.None));
        Assert.Equal(5, inbox.Dropped);
        Assert.Equal(100, inbox.Letters.Count);
    }
}
