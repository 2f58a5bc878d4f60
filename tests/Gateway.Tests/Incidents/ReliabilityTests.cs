using Gateway.Core;
using Gateway.Failover.Engine;
using Gateway.Failover.Incidents;

namespace Gateway.Tests.Incidents;

/// <summary>Availability, MTTR and MTBF out of sums.</summary>
public class ReliabilityTests
{
    private static readonly Reliability Fresh = new() { Pool = "api", Since = DateTimeOffset.UnixEpoch };

    [Fact]
    public void A_pool_that_was_not_observed_has_no_figures() =>
        Assert.Equal((null, null, null, null), (Fresh.TimeAvailability, Fresh.SuccessRatio, Fresh.Mttr, Fresh.Mtbf));

    [Fact]
    public void Availability_is_of_time_and_of_requests()
    {
        var pool = Fresh.Observe(TimeSpan.FromSeconds(100), new Tally(1_000, 5, 3)).With(Of(IncidentKind.Suspicion, unavailable: 1_000, lasted: 9), TimeSpan.Zero);

        Assert.Equal((0.99, 0.995, 1L, 0L), (pool.TimeAvailability, pool.SuccessRatio, pool.Incidents, pool.Failures));
        Assert.Null(pool.Mttr);
    }

    [Fact]
    public void Repair_is_the_mean_of_failures_and_the_time_between_them_goes_from_start_to_start()
    {
        var pool = Fresh.Observe(TimeSpan.FromSeconds(10), default).With(Of(IncidentKind.Failover, 0, lasted: 2_000), TimeSpan.FromSeconds(2))
            .Observe(TimeSpan.FromSeconds(30), default).With(Of(IncidentKind.Outage, 0, lasted: 4_000), TimeSpan.FromSeconds(4))
            .Observe(TimeSpan.FromSeconds(30), default).With(Of(IncidentKind.Partial, 0, lasted: 60_000), TimeSpan.FromSeconds(4))
            .Observe(TimeSpan.FromSeconds(30), default).With(Of(IncidentKind.Failover, 0, lasted: 9_000) with { End = IncidentEnd.GatewayStopped }, TimeSpan.FromSeconds(10));

        Assert.Equal((4L, 3L), (pool.Incidents, pool.Failures));
        Assert.Equal((TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(41)), (pool.Mttr, pool.Mtbf));
    }

    [Fact]
    public void Sums_survive_their_line()
    {
        var pool = Fresh.Observe(TimeSpan.FromTicks(1_234_567), new Tally(7, 1, 0)).With(Of(IncidentKind.Failover, 12.5, lasted: 40), TimeSpan.FromTicks(3));

        Assert.Equal(pool, JournalFormat.Read<IncidentLine>(JournalFormat.Line(new IncidentLine { Figures = pool }).AsSpan()[..^1])!.Figures);
    }

    private static Incident Of(IncidentKind kind, double unavailable, double lasted) => new()
    {
        Id = 1,
        Pool = "api",
        Kind = kind,
        End = IncidentEnd.Steady,
        StartedAt = DateTimeOffset.UnixEpoch,
        DurationMs = lasted,
        UnavailableMs = unavailable,
    };
}
