using Gateway.Failover.Configuration;

namespace Gateway.Failover.Telemetry;

/// <summary>The metrics endpoint.</summary>
public sealed class TelemetryOptions
{
    /// <summary>Meters, besides the gateway's own, whose instruments are exposed. Some of .NET's cost time on every request.</summary>
    public List<string> Meters { get; set; } = ["System.Runtime", "Microsoft.AspNetCore.Server.Kestrel"];

    /// <summary>How many label combinations one instrument may have. Beyond it measurements go to one overflow series.</summary>
    [Allowed("10", "100000")]
    public int MaxSeriesPerInstrument { get; set; } = 1_000;
}
