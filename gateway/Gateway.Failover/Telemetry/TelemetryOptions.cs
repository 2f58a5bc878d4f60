using Gateway.Failover.Configuration;

namespace Gateway.Failover.Telemetry;

/// <summary>What the gateway measures and shows at <c>/metrics</c>.</summary>
public sealed class TelemetryOptions
{
    /// <summary>
    /// Meters shown besides the gateway's own. Some of .NET's, such as <c>Microsoft.AspNetCore.Hosting</c> and
    /// <c>System.Net.Http</c>, cost time on every request.
    /// </summary>
    public List<string> Meters { get; set; } = ["System.Runtime", "Microsoft.AspNetCore.Server.Kestrel"];

    /// <summary>
    /// How many sets of label values one instrument may have. Measurements beyond go to one series labelled
    /// <c>otel_metric_overflow="true"</c>, and <c>gateway_metrics_dropped_series_total</c> counts them.
    /// </summary>
    [Allowed("1", "100000")]
    public int MaxSeriesPerInstrument { get; set; } = 1_000;
}
