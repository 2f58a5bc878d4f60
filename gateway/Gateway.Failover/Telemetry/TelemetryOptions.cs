using System.ComponentModel.DataAnnotations;

namespace Gateway.Failover.Telemetry;

/// <summary>What the gateway measures and shows at <c>/metrics</c>.</summary>
public sealed class TelemetryOptions
{
    /// <summary>
    /// Names of meters shown besides the gateway's own, compared exactly. Names from a configuration are added to the
    /// defaults; a name given twice counts once. Other useful ones: <c>Microsoft.AspNetCore.Hosting</c>,
    /// <c>System.Net.Http</c>.
    /// </summary>
    /// <value>Default: <c>System.Runtime</c> and <c>Microsoft.AspNetCore.Server.Kestrel</c>.</value>
    public IList<string> Meters { get; set; } = ["System.Runtime", "Microsoft.AspNetCore.Server.Kestrel"];

    /// <summary>
    /// How many sets of label values one instrument may have. Measurements beyond go to one series labelled
    /// <c>otel_metric_overflow="true"</c>, and <c>gateway_metrics_dropped_series_total</c> counts them.
    /// </summary>
    /// <value>Default: 1,000. Range: 1 to 100,000.</value>
    [Range(1, 100_000)]
    public int MaxSeriesPerInstrument { get; set; } = 1000;
}
