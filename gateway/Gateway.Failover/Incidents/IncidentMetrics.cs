using System.Diagnostics.Metrics;
using Gateway.Failover.Engine;
using Gateway.Failover.Telemetry;

namespace Gateway.Failover.Incidents;

/// <summary>How many incidents there were, and whether there is one. Read when somebody asks.</summary>
internal sealed class IncidentMetrics
{
    private readonly PoolDirectory _pools;
    private readonly IncidentReactor _incidents;

    public IncidentMetrics(IMeterFactory meters, PoolDirectory pools, IncidentReactor incidents)
    {
        (_pools, _incidents) = (pools, incidents);
        var meter = meters.Create(MetricNames.Meter);
        meter.CreateObservableCounter(MetricNames.Incidents, Ended, description: "Incidents that are over, by what they were.");
        meter.CreateObservableGauge(MetricNames.IncidentOpen, Open, description: "1 while an incident of the pool goes on.");
    }

    private IEnumerable<Measurement<long>> Ended() =>
        from pool in _pools.Ordered
        from kind in Enum.GetValues<IncidentKind>()
        select new Measurement<long>(_incidents.Of(pool).Ended(kind), Tag("pool", pool.Id.Value), Tag("kind", ChangeMetrics.Label(kind)));

    private IEnumerable<Measurement<long>> Open() =>
        _pools.Ordered.Select(pool => new Measurement<long>(_incidents.Of(pool).IsOpen ? 1 : 0, Tag("pool", pool.Id.Value)));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
