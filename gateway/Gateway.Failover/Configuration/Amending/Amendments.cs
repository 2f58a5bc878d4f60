using System.Collections.Immutable;

namespace Gateway.Failover.Configuration.Amending;

/// <summary>
/// What operators have added to the pools of the configuration and taken out of them while the gateway ran. Immutable; pools are compared without
/// case, as YARP does it, and one without an amendment is not in it.
/// </summary>
internal sealed record Amendments(ImmutableSortedDictionary<string, PoolAmendments> Pools)
{
    public static readonly Amendments None = new(ImmutableSortedDictionary.Create<string, PoolAmendments>(StringComparer.OrdinalIgnoreCase));

    public bool IsEmpty => Pools.IsEmpty;

    public PoolAmendments Of(string pool) => Pools.GetValueOrDefault(pool, PoolAmendments.None);

    public Amendments With(string pool, PoolAmendments changed) =>
        new(changed.IsEmpty ? Pools.Remove(pool) : Pools.SetItem(pool, changed));
}

/// <summary>The amendments of one pool.</summary>
/// <param name="Added">In the order in which they were added.</param>
/// <param name="Removed">Backends of the configuration that are out of the pool. None of them is in <paramref name="Added"/>.</param>
internal sealed record PoolAmendments(ImmutableArray<AddedBackend> Added, ImmutableArray<string> Removed)
{
    public static readonly PoolAmendments None = new([], []);

    public bool IsEmpty => Added.IsEmpty && Removed.IsEmpty;

    public bool HasAdded(string id) => Added.Any(backend => backend.Id.Equals(id, StringComparison.OrdinalIgnoreCase));

    public bool HasRemoved(string id) => Removed.Contains(id, StringComparer.OrdinalIgnoreCase);

    public PoolAmendments Adding(AddedBackend backend) => this with { Added = Added.Add(backend) };

    public PoolAmendments Removing(string id) => this with { Removed = Removed.Add(id) };

    /// <summary>Without a word about this backend.</summary>
    public PoolAmendments Without(string id) => new(
        Added.RemoveAll(backend => backend.Id.Equals(id, StringComparison.OrdinalIgnoreCase)),
        Removed.RemoveAll(removed => removed.Equals(id, StringComparison.OrdinalIgnoreCase)));
}

/// <summary>A backend that an operator has added.</summary>
/// <param name="Health">Where its health is asked for; null: at its address.</param>
/// <param name="Host">The Host that it is asked for; null: the client's own, as for any destination of YARP.</param>
internal sealed record AddedBackend(string Id, string Address, string? Health, string? Host, Place Place);

/// <summary>
/// The tier of an added backend: one of the configuration's, or one after them. Not a mere number among all tiers: a tier that the configuration gets
/// later would otherwise have a member that nobody has put there.
/// </summary>
/// <param name="AfterConfigured">Behind all tiers of the configuration.</param>
/// <param name="Index">The tier's place among the configuration's, or among those behind them; 0 first.</param>
internal readonly record struct Place(bool AfterConfigured, int Index) : IComparable<Place>
{
    public int CompareTo(Place other) => (AfterConfigured, Index).CompareTo((other.AfterConfigured, other.Index));
}
