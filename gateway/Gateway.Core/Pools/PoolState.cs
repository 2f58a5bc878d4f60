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

    /// <summary>The index of the tier that requests follow. Another than the verdict's only in a dry run.</summary>
    public int ObeyedTier { get; init; }

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

    /// <summary>When the pool changed by itself within the last hour, oldest first; no more than it may.</summary>
    public ImmutableArray<Instant> Changes { get; init; } = [];

    /// <summary>Until when it makes no change by itself, because it has made so many; null when it may.</summary>
    public Instant? RestsUntil { get; init; }

    /// <summary>The revision of the agreed verdict that was applied last; 0 where nothing is agreed with peers.</summary>
    public long Revision { get; init; }

    /// <summary>When this gateway last proposed a verdict that has not been agreed yet.</summary>
    public Instant? ProposedAt { get; init; }

    /// <summary>The latest change, while its figures are still being taken.</summary>
    public MeasuredWindow? Window { get; init; }

    public PoolId Id => Definition.Id;

    public PoolTuning Tuning => Definition.Tuning;

    public Tier Active => Definition.Tiers[ActiveTier];

    /// <summary>The tier whose backends requests go to while they can.</summary>
    public Tier Obeyed => Definition.Tiers[ObeyedTier];

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
