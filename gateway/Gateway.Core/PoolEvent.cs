using System.Collections.Immutable;

namespace Gateway.Core;

/// <summary>
/// What happened to a pool. The state of a pool is what its events make of it; the journal keeps those that are not
/// <see cref="IsQuiet"/>, and the sentence is the one that people read in the log, in the journal and on the screen.
/// </summary>
public abstract record PoolEvent
{
    private PoolEvent(Instant at, string sentence)
    {
        At = at;
        Sentence = sentence;
    }

    public Instant At { get; init; }

    public string Sentence { get; init; }

    /// <summary>Bookkeeping between two events that people care about: applied, but neither journalled nor shown.</summary>
    public bool IsQuiet => this is EvidenceNoted or FirstAnswerNoted or TrialNoted or VerdictProposed;

    /// <summary>Whether it is done as well as said. What a pool decides in a dry run is not.</summary>
    public bool Enforced { get; init; } = true;

    /// <summary>The pool exists from now on, or has another definition.</summary>
    public sealed record PoolConfigured(Instant At, PoolDefinition Definition, string Sentence) : PoolEvent(At, Sentence);

    public sealed record EvidenceNoted(Instant At, BackendId Backend, Evidence Evidence) : PoolEvent(At, string.Empty);

    public sealed record BackendSuspected(Instant At, BackendId Backend, Cause Cause, Evidence Evidence, string Sentence) : PoolEvent(At, Sentence)
    {
        /// <summary>It would have been ejected, but nobody else could serve.</summary>
        public bool Spared { get; init; }
    }

    /// <summary>The suspicion was unfounded.</summary>
    public sealed record BackendCleared(Instant At, BackendId Backend, string Sentence) : PoolEvent(At, Sentence);

    public sealed record BackendWentDown(Instant At, BackendId Backend, Cause Cause, bool Ejected, Evidence Evidence, string Sentence)
        : PoolEvent(At, Sentence)
    {
        /// <summary>Until when nothing is tried at an ejected one.</summary>
        public Instant? Until { get; init; }

        /// <summary>How often it has been ejected, as far as good time has not made up for it, this time included.</summary>
        public int Ejections { get; init; }
    }

    /// <summary>The time of an ejection is over: a few requests are tried there.</summary>
    public sealed record BackendOnTrial(Instant At, BackendId Backend, string Sentence) : PoolEvent(At, Sentence);

    /// <param name="Trials">Trials in a row that were answered well.</param>
    public sealed record TrialNoted(Instant At, BackendId Backend, int Trials) : PoolEvent(At, string.Empty);

    /// <summary>Nobody asked for anything that may be tried; its probe decides.</summary>
    public sealed record TrialsLapsed(Instant At, BackendId Backend, string Sentence) : PoolEvent(At, Sentence);

    /// <param name="StartsSlowly">It comes back from an ejection.</param>
    public sealed record BackendCameUp(Instant At, BackendId Backend, string Sentence, bool StartsSlowly = false) : PoolEvent(At, Sentence);

    public sealed record BackendAdminChanged(Instant At, BackendId Backend, Admin Admin, string Sentence) : PoolEvent(At, Sentence)
    {
        /// <summary>When what is still under way at a draining one is ended.</summary>
        public Instant? Until { get; init; }
    }

    /// <summary>Nothing is under way any more at a backend that drains, or its time to finish is over.</summary>
    /// <param name="InTime">Everything has finished by itself.</param>
    public sealed record BackendDrained(Instant At, BackendId Backend, bool InTime, string Sentence) : PoolEvent(At, Sentence);

    /// <summary>The backend asks for no new requests itself.</summary>
    public sealed record BackendLeaving(Instant At, BackendId Backend, string Sentence) : PoolEvent(At, Sentence);

    /// <summary>It does not ask for that any more.</summary>
    public sealed record BackendStays(Instant At, BackendId Backend, string Sentence) : PoolEvent(At, Sentence);

    public sealed record BackendReset(Instant At, BackendId Backend, string Sentence) : PoolEvent(At, Sentence);

    /// <summary>Another tier is active: the verdict.</summary>
    /// <param name="FirstSignalAt">The first bad signal about the tier that was left; null for a planned change.</param>
    /// <param name="Baseline">What the pool's requests had come to by that signal.</param>
    /// <param name="Pinned">An operator chose the new tier; no automatic failback from it.</param>
    public sealed record ActiveChanged(
        Instant At,
        Epoch Epoch,
        ChangeKind Kind,
        string From,
        string To,
        ImmutableArray<BackendId> ToBackends,
        Cause Cause,
        Instant? FirstSignalAt,
        Tally Baseline,
        bool Pinned,
        string Sentence) : PoolEvent(At, Sentence)
    {
        /// <summary>An operator chose the new tier although it is down.</summary>
        public bool Forced { get; init; }

        /// <summary>The revision under which gateways have agreed on it; 0 where one decides alone.</summary>
        public long Revision { get; init; }

        /// <summary>In a journal that begins anew: when the pool had changed by itself before, this change included. Null otherwise.</summary>
        public ImmutableArray<Instant>? Changes { get; init; }

        /// <summary>Nobody asked for it.</summary>
        public bool IsAutomatic => Kind == ChangeKind.Failover || Cause == Cause.Leaving || this is { Kind: ChangeKind.Failback, Cause: Cause.Preferred };
    }

    /// <summary>The active tier cannot serve and no other can take over.</summary>
    public sealed record PoolExhausted(Instant At, string Sentence) : PoolEvent(At, Sentence);

    public sealed record FirstAnswerNoted(Instant At, Epoch Epoch, Instant? AskedAt) : PoolEvent(At, string.Empty);

    /// <summary>What a change has cost.</summary>
    /// <param name="Detection">From the first bad signal to the verdict; null for a planned change.</param>
    /// <param name="Failover">From the verdict, or from the first request after it, to the first good answer of the new backend; null when there was none.</param>
    public sealed record ChangeMeasured(
        Instant At,
        Epoch Epoch,
        ChangeKind Kind,
        TimeSpan? Detection,
        TimeSpan? Failover,
        Tally Cost,
        string Sentence) : PoolEvent(At, Sentence);

    public sealed record HoldPlaced(Instant At, string Sentence) : PoolEvent(At, Sentence);

    public sealed record HoldReleased(Instant At, string Sentence) : PoolEvent(At, Sentence);

    /// <summary>The pool has changed so often that it makes no more changes by itself for a while.</summary>
    public sealed record RestBegan(Instant At, Instant Until, string Sentence) : PoolEvent(At, Sentence);

    public sealed record RestEnded(Instant At, string Sentence) : PoolEvent(At, Sentence);

    /// <summary>A verdict was proposed to the other gateways.</summary>
    public sealed record VerdictProposed(Instant At) : PoolEvent(At, string.Empty);

    public sealed record CommandRefused(Instant At, Command Command, string Sentence) : PoolEvent(At, Sentence);
}

/// <summary>The three kinds of change of the active backend.</summary>
public enum ChangeKind
{
    /// <summary>Unplanned.</summary>
    Failover,

    /// <summary>Asked for by an operator.</summary>
    Switchover,

    /// <summary>Return to a preferred tier.</summary>
    Failback,
}

/// <summary>Why a backend was judged, or a tier made active, as data. The sentence beside it says it in words.</summary>
public enum Cause
{
    Start,
    ProbeFailed,
    RequestsFailed,
    Operator,
    Preferred,
    Drained,
    Disabled,
    Removed,
    Configured,

    /// <summary>Attempts got no answer at all, although others were answered.</summary>
    Stalled,

    /// <summary>Nobody listens at the backend's address.</summary>
    Refused,

    /// <summary>Too many of its attempts failed.</summary>
    FailureRatio,

    /// <summary>Too many of its answers were slow.</summary>
    Slow,

    /// <summary>It asked for no new requests itself.</summary>
    Leaving,
}
