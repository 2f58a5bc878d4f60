using System.Net;
using Gateway.Core.Attempts;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Failover.Configuration;

/// <summary>What has to fit together: pools with clusters, tiers with destinations, one duration with another.</summary>
internal static class FailoverRelations
{
    public static IEnumerable<string> Broken(FailoverOptions options, IReadOnlyList<ClusterConfig> clusters, IReadOnlyList<RouteConfig> routes)
    {
        // A name that two clusters have is refused by the gate.
        var known = clusters.DistinctBy(cluster => cluster.ClusterId, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(cluster => cluster.ClusterId, StringComparer.OrdinalIgnoreCase);
        if (options.DefaultPool.Length > 0 && !options.Pools.ContainsKey(options.DefaultPool))
        {
            yield return $"Failover:DefaultPool is '{options.DefaultPool}'; allowed are the pools: {Names(options.Pools.Keys)}.";
        }

        foreach (var network in options.Operators.TrustedNetworks.Where(network => !IPNetwork.TryParse(network, out _)))
        {
            yield return $"Failover:Operators:TrustedNetworks has '{network}'; allowed is a network such as 10.0.0.0/8 or fd00::/8.";
        }

        foreach (var (setting, path) in new[]
        {
            ("Operators:DataPath", options.Operators.DataPath),
            ("Faults:FailPath", options.Faults.FailPath),
            ("Faults:RecoverPath", options.Faults.RecoverPath),
        })
        {
            if (!IsPath(path))
            {
                yield return $"Failover:{setting} is '{path}'; allowed is a path that begins with '/'.";
            }
        }

        foreach (var id in options.Routes.Keys.Where(id => !routes.Any(route => route.RouteId.Equals(id, StringComparison.OrdinalIgnoreCase))))
        {
            yield return $"Failover:Routes:{id} names no route of ReverseProxy:Routes; allowed are {Names(routes.Select(route => route.RouteId))}.";
        }

        foreach (var (id, pool) in options.Pools)
        {
            var errors = known.TryGetValue(id, out var cluster)
                ? OfPool($"Failover:Pools:{id}", pool, cluster)
                : [$"Failover:Pools:{id} names no cluster of ReverseProxy:Clusters; allowed are {Names(known.Keys)}."];
            foreach (var error in errors)
            {
                yield return error;
            }
        }
    }

    private static IEnumerable<string> OfPool(string path, PoolOptions pool, ClusterConfig cluster)
    {
        var destinations = cluster.Destinations?.Keys.ToList() ?? [];
        foreach (var error in OfTiers(path, pool, cluster, destinations).Concat(cluster.Destinations?.SelectMany(entry => OfAddress(cluster, entry)) ?? []))
        {
            yield return error;
        }

        foreach (var id in destinations.Where(id => id.Length == 0 || id.Any(c => c is <= ' ' or >= '\x7f' or ';' or ',' or '+')))
        {
            yield return $"ReverseProxy:Clusters:{cluster.ClusterId}:Destinations has '{id}'; allowed in the name of a backend are visible ASCII characters "
                + "other than ';', ',' and '+': it is sent in header fields.";
        }

        if (cluster.HttpRequest?.ActivityTimeout is { } activity && activity <= pool.Attempts.Timeout)
        {
            yield return $"{path}:Attempts:Timeout is {Duration.Format(pool.Attempts.Timeout)} and the cluster's HttpRequest:ActivityTimeout "
                + $"{Duration.Format(activity)}; allowed is an Attempts:Timeout below it, or no request is ever tried a second time after a hang.";
        }

        foreach (var error in OfTimes(path, pool, cluster).Concat(OfJudging(path, pool, cluster, destinations)).Concat(ProbeRelations.Broken(path, pool.Probe)))
        {
            yield return error;
        }
    }

    private static IEnumerable<string> OfTimes(string path, PoolOptions pool, ClusterConfig cluster)
    {
        if (cluster.HttpRequest?.ActivityTimeout is { } limit && limit < pool.Attempts.Deadline && pool.Attempts.Deadline != new AttemptOptions().Deadline)
        {
            yield return $"{path}:Attempts:Deadline is {Duration.Format(pool.Attempts.Deadline)} and the cluster's HttpRequest:ActivityTimeout "
                + $"{Duration.Format(limit)}; allowed is a Deadline of at most that.";
        }

        if (pool.Attempts.Timeout > pool.Attempts.Deadline)
        {
            yield return $"{path}:Attempts:Timeout is {Duration.Format(pool.Attempts.Timeout)} and Deadline {Duration.Format(pool.Attempts.Deadline)}; "
                + "allowed is a Timeout of at most Deadline.";
        }

        if (pool.Hold.Timeout > pool.Attempts.Deadline)
        {
            yield return $"{path}:Hold:Timeout is {Duration.Format(pool.Hold.Timeout)} and Attempts:Deadline {Duration.Format(pool.Attempts.Deadline)}; "
                + "allowed is a Hold:Timeout of at most the Deadline.";
        }

        if (pool.Hedging.Floor > pool.Hedging.Ceiling)
        {
            yield return $"{path}:Hedging:Floor is {Duration.Format(pool.Hedging.Floor)} and Ceiling {Duration.Format(pool.Hedging.Ceiling)}; "
                + "allowed is a Floor of at most Ceiling.";
        }
    }

    private static IEnumerable<string> OfJudging(string path, PoolOptions pool, ClusterConfig cluster, List<string> destinations)
    {
        if (!MinimumText.TryParse(pool.TierMinimum, out _))
        {
            yield return $"{path}:TierMinimum is '{pool.TierMinimum}'; allowed is {MinimumText.Form}.";
        }

        if (pool.Failback.MaxChangesPerHour == 1)
        {
            yield return $"{path}:Failback:MaxChangesPerHour is 1; allowed is 0, or 2 to 10000: of one change none would be left for a failover after a failback.";
        }

        if (pool.SpillOver is > 0 and < 1)
        {
            yield return $"{path}:SpillOver is {OptionsReader.Show(pool.SpillOver)}; allowed is 0, or 1 to 10.";
        }

        if (pool.SpillOver > 0 && pool.Standby != StandbyPolicy.Any)
        {
            yield return $"{path}:SpillOver is {OptionsReader.Show(pool.SpillOver)} and Standby {pool.Standby}; allowed is a SpillOver only where Standby is Any.";
        }

        // Where nobody has set the limit, a longer time is its own.
        if (pool.Judging.EjectionLimit < pool.Judging.EjectionTime && pool.Judging.EjectionLimit != new JudgingOptions().EjectionLimit)
        {
            yield return $"{path}:Judging:EjectionLimit is {Duration.Format(pool.Judging.EjectionLimit)} and EjectionTime "
                + $"{Duration.Format(pool.Judging.EjectionTime)}; allowed is an EjectionLimit of at least EjectionTime.";
        }

        foreach (var stranger in pool.Backends.Keys.Where(id => !destinations.Contains(id, StringComparer.OrdinalIgnoreCase)))
        {
            yield return $"{path}:Backends has '{stranger}'; allowed are the destinations of cluster {cluster.ClusterId}: {Names(destinations)}.";
        }
    }

    private static IEnumerable<string> OfTiers(string path, PoolOptions pool, ClusterConfig cluster, List<string> destinations)
    {
        var listed = pool.Tiers.SelectMany(tier => tier).ToList();
        if (listed.Count == 0)
        {
            yield return $"{path}:Tiers is empty; list the destinations in order of preference: {Names(destinations)}.";
        }
        else if (pool.Tiers.FindIndex(tier => tier.Count == 0) is >= 0 and var place)
        {
            yield return $"{path}:Tiers has an empty tier at place {place + 1}; allowed is a destination or a list of them.";
        }

        foreach (var stranger in listed.Where(id => !destinations.Contains(id, StringComparer.OrdinalIgnoreCase)))
        {
            yield return $"{path}:Tiers has '{stranger}'; allowed are the destinations of cluster {cluster.ClusterId}: {Names(destinations)}.";
        }

        foreach (var twice in listed.GroupBy(id => id, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
        {
            yield return $"{path}:Tiers has '{twice.Key}' {twice.Count()} times; allowed is once.";
        }

        foreach (var missing in destinations.Where(id => listed.Count > 0 && !listed.Contains(id, StringComparer.OrdinalIgnoreCase)))
        {
            yield return $"{path}:Tiers lacks '{missing}', a destination of cluster {cluster.ClusterId}; every destination stands in one tier.";
        }
    }

    // YARP takes any text for an address and fails at the first request.
    private static IEnumerable<string> OfAddress(ClusterConfig cluster, KeyValuePair<string, DestinationConfig> destination) =>
        from part in new[] { ("Address", destination.Value.Address), ("Health", destination.Value.Health) }
        where !string.IsNullOrEmpty(part.Item2) && !IsUrl(part.Item2)
        select $"ReverseProxy:Clusters:{cluster.ClusterId}:Destinations:{destination.Key}:{part.Item1} is '{part.Item2}'; allowed is an absolute http or https URL.";

    private static bool IsUrl(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is ("http" or "https");

    internal static bool IsPath(string path) => path.StartsWith('/') && Uri.TryCreate(path, UriKind.Relative, out _);

    private static string Names(IEnumerable<string> names)
    {
        var list = string.Join(", ", names);
        return list.Length == 0 ? "(none)" : list;
    }
}
