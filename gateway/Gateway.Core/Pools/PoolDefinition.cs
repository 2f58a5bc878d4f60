using System.Collections.Immutable;

namespace Gateway.Core;

/// <summary>What the configuration says about a pool: who is in it, in which order of preference, and how it is judged.</summary>
public sealed record PoolDefinition(PoolId Id, ImmutableArray<Tier> Tiers, PoolTuning Tuning)
{
    public IEnumerable<BackendId> Backends => Tiers.SelectMany(tier => tier.Backends);

    // An array is equal to itself only; two configurations are equal when they say the same.
    public bool Equals(PoolDefinition? other) =>
        other is not null && Id == other.Id && Tuning == other.Tuning && Tiers.SequenceEqual(other.Tiers);

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

/// <summary>Backends of equal priority. The active tier is the first that has a fit backend.</summary>
public sealed record Tier(ImmutableArray<BackendId> Backends)
{
    /// <summary>How the tier is called wherever people read it: its backend, or its backends joined with "+".</summary>
    public string Name { get; } = string.Join('+', Backends);

    public bool Equals(Tier? other) => other is not null && Backends.SequenceEqual(other.Backends);

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}

/// <summary>When a pool returns to a tier that it prefers over the active one.</summary>
public enum FailbackMode
{
    /// <summary>By itself, once a backend of the preferred tier has been up for the stable time.</summary>
    Automatic,

    /// <summary>When an operator says so.</summary>
    Manual,

    /// <summary>Not even then: an operator has to ask for a switchover by name.</summary>
    Never,
}

/// <summary>The numbers that the rules use. Defaults are those of the configuration reference.</summary>
public sealed record PoolTuning
{
    public static readonly PoolTuning Default = new();

    /// <summary>Consecutive failed probes that take a backend down.</summary>
    public int Fall { get; init; } = 2;

    /// <summary>Consecutive passed probes that bring a backend back.</summary>
    public int Rise { get; init; } = 2;

    /// <summary>Consecutive failed attempts of live requests that eject a backend.</summary>
    public int FailureStreak { get; init; } = 3;

    /// <summary>How long an ejected backend stays down even though its probe passes.</summary>
    public TimeSpan EjectionTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Distinct silent attempts of a route that make a stall. 0 switches stall detection off.</summary>
    public int StallAttempts { get; init; } = 5;

    /// <summary>How long nobody on that route was answered in time before it is one.</summary>
    public TimeSpan StallTime { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>How long after a change of the active backend its silence is forgiven: a standby may be cold.</summary>
    public TimeSpan StallDisarm { get; init; } = TimeSpan.FromSeconds(5);

    public FailbackMode Failback { get; init; } = FailbackMode.Automatic;

    /// <summary>How long a backend of the preferred tier has to be up without a doubt before the pool returns to it.</summary>
    public TimeSpan StableTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after the first good answer of the new backend the window of a change stays open for its figures.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>When the window of a change is closed although no request has come that could show a first good answer.</summary>
    public TimeSpan MeasureLimit { get; init; } = TimeSpan.FromSeconds(60);
}
