using System.Text.Json;
using Gateway.Benchmarks.Processes;

namespace Gateway.Benchmarks.Failover.Contenders;

/// <summary>
/// The gateway as it is delivered: shipped defaults, plus 403 among the statuses that count as failures, in one configuration for all faults.
/// </summary>
internal static class GatewayContender
{
    public const string Key = "gateway";

    private static readonly string[] FailureStatuses = ["500", "502", "503", "504", "403"];

    public static Command Prepare(Site site) => Prepare(
        site, FailureStatuses.Index().ToDictionary(status => $"Failover:Pools:api:Judging:FailureStatuses:{status.Index}", status => status.Item));

    /// <param name="settings">Deviations from the defaults.</param>
    public static Command Prepare(Site site, Dictionary<string, string> settings)
    {
        var all = new Dictionary<string, string>(settings)
        {
            ["ReverseProxy:Routes:api:ClusterId"] = "api",
            ["ReverseProxy:Routes:api:Match:Path"] = "/api/{**rest}",
            ["ReverseProxy:Clusters:api:Destinations:primary:Address"] = $"http://127.0.0.1:{site.Primary}",
            ["ReverseProxy:Clusters:api:Destinations:standby:Address"] = $"http://127.0.0.1:{site.Standby}",
            ["Failover:Pools:api:Tiers:0"] = "primary",
            ["Failover:Pools:api:Tiers:1"] = "standby",
        };
        var config = site.Folder.Write("gateway.json", JsonSerializer.Serialize(all));
        return Command.Host("--config", config, "--urls", $"http://127.0.0.1:{site.Port}");
    }
}
