namespace Gateway.Failover.Configuration.Amending;

/// <summary>What of the operators' amendments has no meaning any more under a changed configuration. The configuration wins, which is said.</summary>
internal static class Lapses
{
    /// <summary>The amendments that still hold.</summary>
    /// <param name="lapsed">Gets one sentence for each that does not.</param>
    public static Amendments Settle(ProvidedConfig provided, Amendments amendments, List<string> lapsed)
    {
        foreach (var (pool, amended) in amendments.Pools)
        {
            amendments = amendments.With(pool, Settle(provided, pool, amended, lapsed));
        }

        return amendments;
    }

    private static PoolAmendments Settle(ProvidedConfig provided, string pool, PoolAmendments amended, List<string> lapsed)
    {
        if (provided.Cluster(pool) is null)
        {
            lapsed.Add($"{pool} is no pool of the configuration any more; forgotten is that {Names(amended)}.");
            return PoolAmendments.None;
        }

        foreach (var backend in amended.Added.Where(backend => provided.Named(pool, backend.Id) is not null))
        {
            lapsed.Add($"{backend.Id}, which was added to {pool} at {backend.Address}, is in the configuration now, and the configuration wins.");
            amended = amended.Without(backend.Id);
        }

        foreach (var id in amended.Removed.Where(id => provided.Named(pool, id) is null))
        {
            lapsed.Add($"{id}, which was removed from {pool}, is not in the configuration any more.");
            amended = amended.Without(id);
        }

        if (!amended.Removed.IsEmpty && provided.Tiers(pool, amended).Count == 0)
        {
            var removed = string.Join(" and ", amended.Removed);
            lapsed.Add($"{removed}, removed from {pool}, would leave it without a backend under the changed configuration.");
            amended = amended with { Removed = [] };
        }

        return amended;
    }

    private static string Names(PoolAmendments amended) => string.Join(" and ", new[]
    {
        (Names: amended.Added.Select(backend => backend.Id), Fate: "added"), (Names: amended.Removed, Fate: "removed"),
    }.Where(group => group.Names.Any()).Select(group => $"{string.Join(", ", group.Names)} was {group.Fate}"));
}
