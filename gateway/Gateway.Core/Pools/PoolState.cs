using System.Collections.Immutable;

namespace Gateway.Core;

/// <summary>
/// Everything that the rules know about one pool. Immutable; it changes only by <see cref="Applier.Apply(PoolState, PoolEvent)"/>.
/// </summary>
public sealed record PoolState
{
    private PoolState(PoolDefinition definition, ImmutableDictionary<BackendId, BackendState> backends, Instant activeSince)
    {
        Definition = definition;
        Backends = backends;
        ActiveSince = activeSince;
    }

    public PoolDefinition Definition { get; init; }

    public ImmutableDictionary<BackendId, BackendState> Backends { get; init; }

    public Epoch Epoch { get; init; } = Epoch.First;

    /// <summary>The index of the tier that the verdict names.</summary>
    public int ActiveTier { get; init; }

    public Instant ActiveSince { get; init; }

    public Cause Cause { get; init; } = Cause.Start;

    /// <summary>Why the active tier is active, in plain words.</summary>
    public string Sentence { get; init; } = string.Empty;

    /// <summary>An operator wants no automatic change.</summary>
    public bool Held { get; init; }

    /// <summary>An operator chose the active tier: no automatic failback until the next failover or failback.</summary>
    public bool Pinned { get; init; }

    /// <summary>An operator made the active tier active although it is down: it gets the requests all the same, until it comes up.</summary>
    public bool Forced { get; init; }

    /// <summary>The active tier cannot serve and no other can take over; everything that is not disabled is tried as a last resort.</summary>
    public bool Exhausted { get; init; }

    /// <summary>The latest change, while its figures are still being taken.</summary>
    public MeasuredWindow? Window { get; init; }

    public PoolId Id => Definition.Id;

    public PoolTuning Tuning => Definition.Tuning;

    public Tier Active => Definition.Tiers[ActiveTier];

    public IEnumerable<BackendState> Members(Tier tier) => tier.Backends.Select(id => Backends[id]);

    /// <summary>A new pool: its most preferred tier is active, and nothing is known about anybody.</summary>
    public static PoolState Create(PoolDefinition definition, Instant at) =>
        new(definition, definition.Backends.ToImmutableDictionary(id => id, id => Newcomer(id, at)), at)
        {
            Sentence = $"{definition.Tiers[0].Name} is first in the order of preference.",
        };

    public static BackendState Newcomer(BackendId id, Instant at) => new(id, at, "Not probed yet.");
}

/// <summary>
/// The time in which a change of the active backend costs something: from the first bad signal (or the verdict, when the change
/// was planned) until a little after the first good answer of the new backend.
/// </summary>
public sealed record MeasuredWindow(Epoch Epoch, ChangeKind Kind, Instant VerdictAt, Instant? FirstSignalAt, Tally Baseline)
{
    public Instant? FirstAnswerAt { get; init; }

    /// <summary>When a client first asked under this verdict, where nobody was asking when it came.</summary>
    public Instant? AskedAt { get; init; }

    /// <summary>From when clients waited for the new backend.</summary>
    public Instant AwaitedFrom => AskedAt is { } asked ? Instant.Latest(asked, VerdictAt) : VerdictAt;

    public Instant ClosesAt(PoolTuning tuning) =>
        FirstAnswerAt is { } answered ? answered + tuning.Settle : VerdictAt + tuning.MeasureLimit;
}
