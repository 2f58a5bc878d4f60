using Gateway.Failover.Engine;
using Gateway.Failover.Incidents;
using Gateway.Failover.Live;
using Gateway.Failover.Operators;
using Gateway.Failover.Telemetry;

namespace Gateway.Failover.Configuration;

/// <summary>
/// The <c>Failover</c> section: what YARP's own <c>ReverseProxy</c> section has no word for. Durations are written with their unit
/// (<c>500ms</c>, <c>10s</c>, <c>2m</c>, <c>1h</c>) or as <c>hh:mm:ss</c>.
/// </summary>
public sealed class FailoverOptions
{
    /// <summary>The section's name in the configuration.</summary>
    public const string SectionName = "Failover";

    /// <summary>The pools, by the id of their YARP cluster. A cluster that is not named here stays stock YARP.</summary>
    public Dictionary<string, PoolOptions> Pools { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What is special about single routes, by the id of the YARP route.</summary>
    public Dictionary<string, FailoverRouteOptions> Routes { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Copies of request bodies, all pools together.</summary>
    public ReplayOptions Replay { get; set; } = new();

    /// <summary>The pool that <c>/proxy/data</c>, <c>/proxy/fail</c> and <c>/proxy/recover</c> mean when none is named. Empty: the first by name.</summary>
    public string DefaultPool { get; set; } = string.Empty;

    /// <summary>Makes the jitter of the probes repeatable. 0 takes a seed at random.</summary>
    [Allowed("0", "2147483647")]
    public int Seed { get; set; }

    /// <summary>The one queue into which everything observed goes.</summary>
    public EngineOptions Engine { get; set; } = new();

    /// <summary>The journal of events.</summary>
    public JournalOptions Journal { get; set; } = new();

    /// <summary>Reports about incidents.</summary>
    public IncidentOptions Incidents { get; set; } = new();

    /// <summary>Who may steer, and from where.</summary>
    public OperatorOptions Operators { get; set; } = new();

    /// <summary>Breaking backends on purpose.</summary>
    public FaultOptions Faults { get; set; } = new();

    /// <summary>The live feed.</summary>
    public LiveOptions Live { get; set; } = new();

    /// <summary>The metrics endpoint.</summary>
    public TelemetryOptions Telemetry { get; set; } = new();

    /// <summary>The same with other pools. This one stays as it is.</summary>
    internal FailoverOptions WithPools(Dictionary<string, PoolOptions> pools)
    {
        var copy = (FailoverOptions)MemberwiseClone();
        copy.Pools = pools;
        return copy;
    }
}
