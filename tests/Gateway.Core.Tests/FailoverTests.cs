using Gateway.Core.Tests.Judging;
using Xunit;
using static Gateway.Core.Tests.Judging.Pools;

namespace Gateway.Core.Tests;

/// <summary>What a transcript cannot tell, because no observation leads there.</summary>
public class FailoverTests
{
    /// <summary>The journal keeps that a backend was down, not what was seen of it; the figures then begin with the verdict.</summary>
    [Fact]
    public void Without_a_remembered_first_signal_a_failover_is_measured_from_its_verdict()
    {
        var restored = Of("a | b").WithDown("a");
        var tally = new Tally(5000, 10, 20);

        var moved = Decider.Decide(restored, new PoolInput.Ticked(At(1), tally)).Events.OfType<PoolEvent.ActiveChanged>().Single();

        Assert.Equal((ChangeKind.Failover, null, tally), (moved.Kind, moved.FirstSignalAt, moved.Baseline));
    }
}
