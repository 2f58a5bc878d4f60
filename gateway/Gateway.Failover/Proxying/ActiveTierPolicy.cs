using Gateway.Failover.Engine;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Gateway.Failover.Proxying;

/// <summary>
/// Offers YARP the fit backends of the active tier, a pure read of the pool's view. Session affinity and load balancing then work inside
/// the tier as they would in any cluster.
/// </summary>
internal sealed class ActiveTierPolicy(PoolDirectory pools) : IAvailableDestinationsPolicy
{
    public const string PolicyName = "Failover";

    public string Name => PolicyName;

    public IReadOnlyList<DestinationState> GetAvailalableDestinations(ClusterConfig config, IReadOnlyList<DestinationState> allDestinations)
    {
        if (pools.Find(config.ClusterId) is not { } pool)
        {
            return allDestinations;
        }

        var serving = pool.View.Serving;
        var available = allDestinations.Where(destination => serving.Contains(destination.DestinationId, StringComparer.OrdinalIgnoreCase)).ToList();
        // Between YARP's half of a reload and ours the names may not meet. And where operators have disabled everybody, the request shall
        // still reach our forwarder, which says so; with an empty list YARP answers by itself, without a word.
        return available.Count > 0 ? available : allDestinations;
    }
}
