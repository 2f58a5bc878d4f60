using System.Collections.Immutable;

namespace Gateway.Core;

/// <summary>What the configuration says about a pool: who is in it, in which order of preference, and how it is judged.</summary>
public sealed record PoolDefinition(PoolId Id, ImmutableArray<Tier> Tiers, PoolTuning Tuning)
{
    /// <summary>Whether its verdict is agreed with peers: then a change is proposed here and made where all learn of it.</summary>
    public bool Shared { get; init; }

    public IEnumerable<BackendId> Backends => Tiers.SelectMany(tier => tier.Backends);

    // An array is equal to itself only; two configurations are equal when they say the same.
    public bool Equals(PoolDefinition? other) =>
        other is not null && Id == other.Id && Shared == other.Shared && Tuning == other.Tuning && Tiers.SequenceEqual(other.Tiers);

    public override int GetHashCode() => HashCode.Combine(Id, Tiers.Length, Tuning);

    /// <summary>The index of the first tier that shares a backend with <paramref name="backends"/>, or -1.</summary>
    public int FindTier(ImmutableArray<BackendId> backends)
    {
        for (var index = 0; index < Tiers.Length; index++)
        {
            if (Tiers[index].Backends.Any(backends.Contains))
            {
                return index;
            }
        }

        return -1;
    }
}

/// <summary>Backends of equal priority. The active tier is the first that has enough fit backends.</summary>
public sealed record Tier(ImmutableArray<BackendId> Backends)
{
    /// <summary>How the tier is called wherever people read it: its backend, or its backends joined with "+".</summary>
    public string Name { get; } = string.Join('+', Backends);

    public bool Equals(Tier? other) => other is not null && Backends.SequenceEqual(other.Backends);

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}
