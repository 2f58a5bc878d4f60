using Gateway.Core.Attempts;
using Gateway.Failover.Engine;
using Yarp.ReverseProxy.Model;

namespace Gateway.Failover.Attempts;

/// <summary>Where a request may be sent next: in the pool's order of preference as it is now, never where it has been, and only where its method may go.</summary>
internal static class Candidates
{
    /// <summary>The best of those that are left. Whom the connection watch sees refusing is not worth an attempt.</summary>
    public static DestinationState? Next(Pool pool, IReverseProxyFeature route, RequestMethod method, Dictionary<string, long>? tried)
    {
        var view = pool.View;
        foreach (var id in view.Candidates)
        {
            if (tried?.ContainsKey(id) != true && !IsRefusing(pool, id) && MayGo(pool, view, id, method) && Find(route, id) is { } destination)
            {
                return destination;
            }
        }

        return null;
    }

    /// <summary>Where a hedge may go: to the active tier at any time, to another only while the active one is in doubt.</summary>
    public static DestinationState? NextForHedge(Pool pool, IReverseProxyFeature route, RequestMethod method, string current)
    {
        var view = pool.View;
        foreach (var id in view.Candidates)
        {
            var isElsewhere = !id.Equals(current, StringComparison.OrdinalIgnoreCase);
            var inReach = view.IsActive(id) || view.SuspectsActive;
            if (isElsewhere && inReach && !IsRefusing(pool, id) && MayGo(pool, view, id, method) && Find(route, id) is { } destination)
            {
                return destination;
            }
        }

        return null;
    }

    public static bool MayGo(Pool pool, PoolView view, string id, RequestMethod method) =>
        pool.Setup.Options.Standby == StandbyPolicy.Any || view.IsActive(id) || AttemptPlan.MayReachStandby(pool.Setup.Options.Standby, method);

    private static bool IsRefusing(Pool pool, string id) => pool.Members.TryGetValue(id, out var backend) && backend.Refusing;

    public static DestinationState? Find(IReverseProxyFeature route, string id)
    {
        foreach (var destination in route.AllDestinations)
        {
            if (destination.DestinationId.Equals(id, StringComparison.OrdinalIgnoreCase))
            {
                return destination;
            }
        }

        return null;
    }
}
