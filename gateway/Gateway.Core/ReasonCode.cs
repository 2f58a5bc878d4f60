using System.Reflection;

namespace Gateway.Core;

/// <summary>
/// The rules. Every decision names the one by which it was made; each has an id that never changes, a story in the core's transcripts, and its line in the
/// reference, which is made of what stands here.
/// </summary>
public enum ReasonCode
{
    [Rule("R1", "A backend that was never judged is up with its first passed probe.")]
    FirstProbePassed,

    [Rule("R2", "Fewer than `Probe:Fall` failed probes in a row make a backend suspected, which traffic does not feel.")]
    BelowFall,

    [Rule("R3", "`Probe:Fall` failed probes in a row take a backend down.")]
    FallReached,

    [Rule("R4", "What is bad about a backend that is down changes nothing.")]
    StillDown,

    [Rule("R5", "Fewer than `Probe:Rise` passed probes in a row do not bring a backend back.")]
    BelowRise,

    [Rule("R6", "`Probe:Rise` passed probes in a row bring back a backend that its probes took down.")]
    RiseReached,

    [Rule("R7", "A backend whose every address refuses connections is down at once.")]
    NobodyListens,

    [Rule("R8", "A backend may ask for no new requests itself, by its probe.")]
    Leaving,

    [Rule("R9", "An ordinary passed probe takes that back.")]
    LeavingNoMore,

    [Rule("R10", "A failed request is noted, the second in a row makes its backend suspected.")]
    BelowStreak,

    [Rule("R11", "`Judging:FailureStreak` failed requests in a row eject a backend, `Judging:StatusStreak` where it answers badly; every repeat lasts twice as long.")]
    StreakReached,

    [Rule("R12", "A share of failed or slow requests below its limit, or of too few requests, changes nothing.")]
    BelowRatio,

    [Rule("R13", "A share of failed requests of `Judging:FailureRatio` within the window ejects a backend.")]
    FailureRatioReached,

    [Rule("R14", "A share of slow answers of `Judging:SlowRatio` within the window ejects a backend.")]
    SlowRatioReached,

    [Rule("R15", "Too few requests without an answer, or not for long enough, make a backend suspected at most.")]
    BelowStall,

    [Rule("R16", "A row of requests without an answer, while others answer such requests, ejects a backend.")]
    StallReached,

    [Rule("R17", "Silence alone proves nothing while nobody else has answered in time.")]
    StandbyUnproven,

    [Rule("R18", "The silence of a backend that is not active, or was only just made active, is not judged.")]
    Disarmed,

    [Rule("R19", "Live traffic never ejects the last backend that can serve, nor more than `Judging:MaxEjected` of a tier that no other can relieve.")]
    Spared,

    [Rule("R20", "One passed probe does not clear a suspicion that requests have raised.")]
    SuspicionStays,

    [Rule("R21", "A suspicion is cleared by a passed probe, or by two where requests had raised it, or by answers in time where silence had.")]
    SuspicionCleared,

    [Rule("R22", "A passed probe does not bring back what live traffic has ejected.")]
    StillEjected,

    [Rule("R23", "When the time of its ejection is over, and its probe passes, a backend is on trial.")]
    HalfOpen,

    [Rule("R24", "Fewer than `Judging:Trials` trial requests answered well do not bring a backend back.")]
    BelowTrials,

    [Rule("R25", "`Judging:Trials` trial requests in a row answered well bring a backend back, with less than its share at first.")]
    TrialsPassed,

    [Rule("R26", "A failed trial request ejects the backend again, for longer.")]
    TrialFailed,

    [Rule("R27", "Where no request could be tried for `Judging:TrialTime`, the probe is enough.")]
    TrialsLapsed,

    [Rule("R28", "While nobody can serve, a request answered well brings its backend back at once.")]
    ProvenByAnswer,

    [Rule("R29", "Nobody leaves a tier that can serve.")]
    Steady,

    [Rule("R30", "A tier that has not enough fit backends is left for the best that has.")]
    FailedOver,

    [Rule("R31", "A tier that was taken out of service, by an operator or by its own word, is left for the best that can serve.")]
    OutOfService,

    [Rule("R32", "Where no tier has the backends that it needs, the active one stays as long as anybody of it can serve.")]
    BelowMinimum,

    [Rule("R33", "When nobody can serve, the verdict stays, and every backend that is not disabled is tried as a last resort.")]
    NobodyLeft,

    [Rule("R34", "A held pool changes nothing by itself.")]
    Held,

    [Rule("R35", "A preferred tier has to be up for `Failback:StableTime`, and `Failback:MinTimeBetweenChanges` has to pass, before the pool returns to it.")]
    WaitingForStableTime,

    [Rule("R36", "Then it returns.")]
    FailedBack,

    [Rule("R37", "After `Failback:MaxChangesPerHour` changes a pool makes no more by itself; the last of them is kept for a failover.")]
    TooManyChanges,

    [Rule("R38", "When the hour is over, it changes by itself again.")]
    RestOver,

    [Rule("R39", "What an operator asks for is done if it can be.")]
    CommandAccepted,

    [Rule("R40", "What cannot be done, or was asked of another epoch, is refused with the reason.")]
    CommandRefused,

    [Rule("R41", "A draining backend is drained when nothing is under way there any more ...")]
    Drained,

    [Rule("R42", "... or when the time that the operator gave it is over.")]
    DrainTimeOver,

    [Rule("R43", "A changed configuration keeps what is known of the backends that stay; whoever is active otherwise gets an epoch of its own.")]
    Configured,

    [Rule("R44", "The first good answer after a verdict is noted.")]
    Measuring,

    [Rule("R45", "The figures of a change are closed a little after it, or after `MeasureLimit`.")]
    Measured,

    [Rule("R46", "An answer that belongs to another verdict is not measured.")]
    Stale,

    [Rule("R47", "Whatever is said of a backend that is not in the pool changes nothing.")]
    UnknownBackend,

    [Rule("R48", "Where several gateways share a verdict, a change is proposed and not made.")]
    Proposed,

    [Rule("R49", "What they have agreed on is done, whoever proposed it.")]
    Agreed,

    [Rule("R50", "An agreed verdict with an older revision than the one that is followed changes nothing.")]
    OlderRevision,
}

/// <summary>The rules by which requests find their backend, given the verdict.</summary>
public enum ServingRule
{
    [Rule("R51", "Requests go to the fit backends of the active tier.")]
    ActiveTier,

    [Rule("R52", "Where it has none, or nobody can serve, to whoever is to be tried first; those that an operator drains come last.")]
    LastResort,

    [Rule("R53", "A backend that an operator forced gets requests even if it is down.")]
    Forced,

    [Rule("R54", "What a tier cannot carry, by `SpillOver`, goes to the next that can serve.")]
    SpillOver,

    [Rule("R55", "A backend that came back from an ejection gets less than its share during `Judging:SlowStart`.")]
    SlowStart,

    [Rule("R56", "In a dry run requests follow the order of preference and the operators' words only.")]
    DryRun,
}

/// <summary>A rule's id, which never changes, and what it says.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class RuleAttribute(string id, string text) : Attribute
{
    public string Id => id;

    public string Text => text;

    /// <summary>The rule behind a code.</summary>
    public static RuleAttribute Of<T>(T code)
        where T : struct, Enum =>
        typeof(T).GetField(code.ToString())?.GetCustomAttribute<RuleAttribute>() ?? throw new ArgumentOutOfRangeException(nameof(code), code, "No rule has this code.");
}
