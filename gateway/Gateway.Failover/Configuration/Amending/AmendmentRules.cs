using Gateway.Core;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Failover.Configuration.Amending;

/// <summary>What operators may add and remove, and why not. Pure; the addresses themselves are judged by <see cref="AddressRules"/>.</summary>
internal static class AmendmentRules
{
    /// <summary>
    /// How many backends operators may have added to one pool at a time. Each costs a probe and a connection for as long as it is there; a pool that
    /// needs more than this has outgrown what anybody adds by hand, and belongs into the configuration.
    /// </summary>
    public const int MostAdded = 64;

    public static Amendment Add(AcceptedConfig config, Wish wish)
    {
        var (pool, amended) = (wish.Pool.Value, config.Amendments.Of(wish.Pool.Value));
        if (Destinations(config.Clusters, pool) is not { } present)
        {
            return new Amendment.Refused($"There is no pool '{pool}'.");
        }

        if (Spelling(present, wish.Id) is { } known)
        {
            return new Amendment.Refused($"{pool} has a backend {known} already.");
        }

        if (amended.HasRemoved(wish.Id))
        {
            return PutBack(config, wish, amended);
        }

        if (wish.Address is not { } address)
        {
            return new Amendment.Refused($"{wish.Id} was not removed from {pool}, so it has to be said where it is.");
        }

        if (amended.Added.Length >= MostAdded)
        {
            return new Amendment.Refused(
                $"{amended.Added.Length} backends were added to {pool}; allowed are {MostAdded}. Put some of them into the configuration.");
        }

        var tiers = config.Provided.Tiers(pool, amended);
        var tier = wish.Tier ?? tiers.Count - 1;
        if (tier > tiers.Count)
        {
            return new Amendment.Refused($"{pool} has no tier {tier}; allowed are 0 to {tiers.Count}, of which {tiers.Count} makes a new last one.");
        }

        var place = tier < tiers.Count ? tiers[tier].Place : new Place(AfterConfigured: true, After(tiers[^1].Place));
        var backend = new AddedBackend(wish.Id, address, wish.Health, wish.Host, place);
        var because = $"{wish.By} added {wish.Id} at {address} to tier {tier} of {pool}";
        return Change(config, wish, amended.Adding(backend), because, state => Stale(state, wish));
    }

    public static Amendment Remove(AcceptedConfig config, Wish wish)
    {
        var (pool, amended) = (wish.Pool.Value, config.Amendments.Of(wish.Pool.Value));
        var present = Destinations(config.Clusters, pool);
        if (present is null || Spelling(present, wish.Id) is not { } id)
        {
            return new Amendment.Refused($"{pool} has no backend {wish.Id}.");
        }

        if (present.Count == 1)
        {
            return new Amendment.Refused($"{id} is the last backend of {pool}.");
        }

        return Change(
            config, wish, amended.HasAdded(id) ? amended.Without(id) : amended.Removing(id), $"{wish.By} removed {id} from {pool}",
            state => Stale(state, wish) ?? LastThatServes(state, new BackendId(id)));
    }

    // The configuration says where it is and in which tier: by other words, somebody else would come back under its name.
    private static Amendment PutBack(AcceptedConfig config, Wish wish, PoolAmendments amended)
    {
        var (pool, provided) = (wish.Pool.Value, config.Provided);
        var id = provided.Named(pool, wish.Id)!;
        var configured = provided.Cluster(pool)!.Destinations![id];
        var (back, tier) = (amended.Without(id), 0);
        foreach (var (index, entry) in provided.Tiers(pool, back).Index())
        {
            tier = entry.Backends.Contains(id, StringComparer.OrdinalIgnoreCase) ? index : tier;
        }

        var other = (wish.Address ?? configured.Address) != configured.Address || (wish.Health ?? configured.Health) != configured.Health
            || (wish.Host ?? configured.Host) != configured.Host || (wish.Tier ?? tier) != tier;
        return other
            ? new Amendment.Refused(
                $"{id} is in the configuration of {pool}, at {configured.Address} and in tier {tier}; add it back by its name alone, "
                + "or another one by another name.")
            : Change(config, wish, back, $"{wish.By} added {id} back to tier {tier} of {pool}", state => Stale(state, wish));
    }

    private static Amendment.Change Change(
        AcceptedConfig config, Wish wish, PoolAmendments changed, string because, Func<PoolState, string?> objection) =>
        new(wish.Pool, config.Amendments.With(wish.Pool.Value, changed), because, objection);

    private static int After(Place last) => last.AfterConfigured ? last.Index + 1 : 0;

    private static string? Stale(PoolState state, Wish wish) => wish.ExpectedEpoch is { } expected && expected != state.Epoch
        ? $"{state.Id} is at epoch {state.Epoch}, not {expected}: it has changed since you looked."
        : null;

    // Stricter than for a drain, which is undone in a moment: a newcomer that was never reached is nobody to rely on.
    private static string? LastThatServes(PoolState state, BackendId id) =>
        state.Backends.TryGetValue(id, out var backend) && backend.IsFit
            && !state.Backends.Values.Any(other => other.Id != id && other.IsFit && other.Health != Core.Health.Unknown)
            ? $"{id} is the last backend of {state.Id} that is known to be able to serve."
            : null;

    private static IReadOnlyDictionary<string, DestinationConfig>? Destinations(IReadOnlyList<ClusterConfig> clusters, string pool) =>
        clusters.FirstOrDefault(cluster => cluster.ClusterId.Equals(pool, StringComparison.OrdinalIgnoreCase))?.Destinations;

    private static string? Spelling(IReadOnlyDictionary<string, DestinationConfig> present, string id) =>
        present.Keys.FirstOrDefault(known => known.Equals(id, StringComparison.OrdinalIgnoreCase));
}

/// <summary>What an operator wants added or removed; what was not said is null.</summary>
/// <param name="By">Who, in words.</param>
internal sealed record Wish(PoolId Pool, string Id, string By, Epoch? ExpectedEpoch)
{
    public string? Address { get; init; }

    public string? Health { get; init; }

    public string? Host { get; init; }

    /// <summary>0 first; the number of tiers makes a new last one; null is the last.</summary>
    public int? Tier { get; init; }
}
