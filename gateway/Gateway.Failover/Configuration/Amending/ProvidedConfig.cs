using Yarp.ReverseProxy.Configuration;

namespace Gateway.Failover.Configuration.Amending;

/// <summary>What the application's providers and the <c>Failover</c> section say, and what becomes of it under the operators' amendments.</summary>
internal sealed record ProvidedConfig(IReadOnlyList<RouteConfig> Routes, IReadOnlyList<ClusterConfig> Clusters, FailoverOptions Options)
{
    /// <summary>The pool's cluster, if it is a pool of the configuration.</summary>
    public ClusterConfig? Cluster(string pool) => Options.Pools.ContainsKey(pool)
        ? Clusters.FirstOrDefault(cluster => cluster.ClusterId.Equals(pool, StringComparison.OrdinalIgnoreCase))
        : null;

    /// <summary>Whether the configuration itself names this backend, and how it spells it.</summary>
    public string? Named(string pool, string id) =>
        Cluster(pool)?.Destinations?.Keys.FirstOrDefault(known => known.Equals(id, StringComparison.OrdinalIgnoreCase));

    /// <summary>The same with the amendments. Nothing of this one is changed: options may be shared with the application that made them.</summary>
    public ProvidedConfig Amended(Amendments amendments)
    {
        if (amendments.IsEmpty)
        {
            return this;
        }

        var pools = new Dictionary<string, PoolOptions>(Options.Pools, StringComparer.OrdinalIgnoreCase);
        foreach (var (id, amended) in amendments.Pools)
        {
            pools[id] = pools[id].WithTiers([.. Tiers(id, amended).Select(tier => tier.Backends)]);
        }

        var clusters = Clusters.Select(cluster => amendments.Pools.TryGetValue(cluster.ClusterId, out var amended)
            ? cluster with { Destinations = Destinations(cluster, amended) }
            : cluster);
        return this with { Clusters = [.. clusters], Options = Options.WithPools(pools) };
    }

    /// <summary>The tiers of a pool that have a member, in order of preference.</summary>
    public IReadOnlyList<(Place Place, List<string> Backends)> Tiers(string pool, PoolAmendments amended)
    {
        var tiers = new SortedDictionary<Place, List<string>>();
        foreach (var (index, tier) in Options.Pools[pool].Tiers.Index())
        {
            tiers[new Place(AfterConfigured: false, index)] = [.. tier.Where(id => !amended.HasRemoved(id))];
        }

        foreach (var backend in amended.Added)
        {
            if (!tiers.TryGetValue(backend.Place, out var tier))
            {
                tiers[backend.Place] = tier = [];
            }

            tier.Add(backend.Id);
        }

        return [.. tiers.Where(tier => tier.Value.Count > 0).Select(tier => (tier.Key, tier.Value))];
    }

    private static Dictionary<string, DestinationConfig> Destinations(ClusterConfig cluster, PoolAmendments amended)
    {
        var destinations = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase);
        foreach (var (id, destination) in (cluster.Destinations ?? destinations).Where(entry => !amended.HasRemoved(entry.Key)))
        {
            destinations[id] = destination;
        }

        foreach (var backend in amended.Added)
        {
            destinations[backend.Id] = new DestinationConfig { Address = backend.Address, Health = backend.Health, Host = backend.Host };
        }

        return destinations;
    }
}
