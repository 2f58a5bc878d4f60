using Gateway.Failover.Engine;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Health;

namespace Gateway.Failover.Proxying;

/// <summary>Tells YARP that the destinations among which it may choose are others than before.</summary>
internal sealed class DestinationsUpdater(IServiceProvider services)
{
    public void Update(Pool pool)
    {
        // Resolved late: YARP's state exists only once its routes were mapped, and it needs our policy to exist first.
        var clusters = services.GetRequiredService<IProxyStateLookup>();
        if (clusters.TryGetCluster(pool.Id.Value, out var cluster))
        {
            services.GetRequiredService<IClusterDestinationsUpdater>().UpdateAvailableDestinations(cluster);
        }
    }
}
