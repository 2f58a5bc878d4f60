using System.Collections.Immutable;

namespace Gateway.Core;

/// <summary>What follows from an input: events, possibly none, and the reason, always.</summary>
public sealed record Decision(ImmutableArray<PoolEvent> Events, Reason Reason)
{
    /// <summary>What shall be agreed on with the peers, where the verdict is shared.</summary>
    public Proposal? Proposal { get; init; }

    public static Decision Of(ReasonCode code, PoolEvent only) => new([only], new Reason(code, only.Sentence));

    public static Decision Quiet(ReasonCode code, string sentence, PoolEvent bookkeeping) => new([bookkeeping], new Reason(code, sentence));

    public static Decision Nothing(ReasonCode code, string sentence) => new([], new Reason(code, sentence));
}

/// <summary>Why a decision is what it is: the rule for machines, one plain sentence for people.</summary>
public sealed record Reason(ReasonCode Code, string Sentence);
