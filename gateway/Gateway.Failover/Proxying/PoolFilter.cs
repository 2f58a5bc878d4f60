using Gateway.Failover.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Failover.Proxying;

/// <summary>Sets our policy on the clusters that are pools, and switches YARP's own health checks off there: two judges would contradict each other.</summary>
internal sealed partial class PoolFilter(ConfigGate gate, ILogger<PoolFilter> log) : IProxyConfigFilter
{
    public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel)
    {
        if (!gate.Current.Options.Pools.ContainsKey(cluster.ClusterId))
        {
            return new(cluster);
        }

        if (cluster.HealthCheck?.Active?.Enabled == true || cluster.HealthCheck?.Passive?.Enabled == true)
        {
            Log.ChecksOff(log, cluster.ClusterId);
        }

        return new(cluster with
        {
            HealthCheck = new HealthCheckConfig { AvailableDestinationsPolicy = ActiveTierPolicy.PolicyName },
        });
    }

    public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel) => new(route);

    private static partial class Log
    {
        [LoggerMessage(1401, LogLevel.Warning, "Cluster {Cluster} is a failover pool; its own HealthCheck settings are not used.")]
        public static partial void ChecksOff(ILogger log, string cluster);
    }
}
