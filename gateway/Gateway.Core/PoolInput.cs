namespace Gateway.Core;

/// <summary>
/// What was observed, or asked for. Every input says when (<see cref="At"/>) and how many requests the pool had seen by then
/// (<see cref="Tally"/>), because the core has neither clock nor counters.
/// </summary>
public abstract record PoolInput
{
    private PoolInput(Instant at, Tally tally)
    {
        At = at;
        Tally = tally;
    }

    public Instant At { get; }

    public Tally Tally { get; }

    /// <summary>A probe came to its end.</summary>
    public sealed record ProbeCompleted(Instant At, Tally Tally, BackendId Backend, ProbeOutcome Outcome) : PoolInput(At, Tally);

    /// <summary>An attempt of a client's request failed through the backend's fault.</summary>
    /// <param name="Streak">How many attempts at this backend have failed in a row, this one included.</param>
    public sealed record AttemptFailed(Instant At, Tally Tally, BackendId Backend, Fault Fault, long Streak) : PoolInput(At, Tally);

    /// <summary>
    /// One more attempt of a client's request has been silent for longer than its route is used to. Told when it <em>crosses</em> that time and not
    /// when it ends: a hung backend never ends anything.
    /// </summary>
    /// <param name="Silent">How many attempts of the route have crossed it at this backend since one was last answered in time, this one included.</param>
    /// <param name="Since">Since when no attempt of the route was answered in time.</param>
    /// <param name="OthersAnswer">Another backend of the pool has just answered such a request in time: it is not the request, and not this gateway.</param>
    public sealed record AttemptSilent(Instant At, Tally Tally, BackendId Backend, string Route, long Silent, Instant Since, bool OthersAnswer)
        : PoolInput(At, Tally);

    /// <summary>A backend whose attempts had been silent answers in time again.</summary>
    public sealed record AnswersResumed(Instant At, Tally Tally, BackendId Backend) : PoolInput(At, Tally);

    /// <summary>The connection watch found every address of the backend to refuse connections: nobody listens there.</summary>
    public sealed record ConnectionRefused(Instant At, Tally Tally, BackendId Backend, Fault Fault) : PoolInput(At, Tally);

    /// <summary>
    /// An attempt was answered well by a backend that is down: one of its trials, or the last resort of a pool where nobody can serve. What those
    /// that are up answer well is only counted.
    /// </summary>
    public sealed record AttemptSucceeded(Instant At, Tally Tally, BackendId Backend) : PoolInput(At, Tally);

    /// <summary>What a backend's attempts came to of late, told while some of them were bad.</summary>
    public sealed record AttemptsCounted(Instant At, Tally Tally, BackendId Backend, Outcomes Outcomes) : PoolInput(At, Tally);

    /// <summary>Nothing is under way any more at a backend that drains.</summary>
    public sealed record Emptied(Instant At, Tally Tally, BackendId Backend) : PoolInput(At, Tally);

    /// <summary>The gateways have agreed on a verdict, this one or another.</summary>
    /// <param name="Revision">Grows with every verdict that is agreed on.</param>
    /// <param name="Verdict">As it was proposed.</param>
    public sealed record VerdictLearned(Instant At, Tally Tally, long Revision, PoolEvent.ActiveChanged Verdict) : PoolInput(At, Tally);

    /// <summary>The backend that a verdict made active gave its first good answer to a client.</summary>
    public sealed record FirstAnswered(Instant At, Tally Tally, Epoch Epoch) : PoolInput(At, Tally)
    {
        /// <summary>
        /// When a client first asked the pool under this verdict; null when somebody was asking already. Where nobody asks, nobody waits:
        /// a failover at night did not take until the morning.
        /// </summary>
        public Instant? AskedAt { get; init; }
    }

    /// <summary>Time passed; see <see cref="Timers.NextDue"/>.</summary>
    public sealed record Ticked(Instant At, Tally Tally) : PoolInput(At, Tally);

    /// <summary>A changed configuration was accepted.</summary>
    public sealed record Configured(Instant At, Tally Tally, PoolDefinition Definition) : PoolInput(At, Tally)
    {
        /// <summary>Who changed it and how, as a sentence without its end; null when it was the configuration itself.</summary>
        public string? Because { get; init; }
    }

    /// <summary>An operator wants something.</summary>
    /// <param name="By">Who, in words: an address, a name.</param>
    public sealed record Commanded(Instant At, Tally Tally, Command Command, string By) : PoolInput(At, Tally);
}

/// <summary>How a probe ended.</summary>
public abstract record ProbeOutcome
{
    private ProbeOutcome()
    {
    }

    public sealed record Passed : ProbeOutcome
    {
        public static readonly Passed Instance = new();
    }

    public sealed record Failed(Fault Fault) : ProbeOutcome;

    /// <summary>The backend works, and asks to get no new requests.</summary>
    /// <param name="Detail">Half a sentence for people, such as "says X-Failover-Drain".</param>
    public sealed record Draining(string Detail) : ProbeOutcome;
}

/// <summary>What became of a backend's attempts within a while. Those whose client left, and those that another attempt overtook, are not among them.</summary>
/// <param name="Failed">Of these, the ones that count against it.</param>
/// <param name="Slow">Of these, the ones that were answered well, but late.</param>
/// <param name="Over">The while.</param>
public readonly record struct Outcomes(long Attempts, long Failed, long Slow, TimeSpan Over);

/// <summary>What was wrong with a backend's answer, or with the lack of one.</summary>
/// <param name="Detail">Half a sentence for people, such as "connection refused" or "answered 503".</param>
public sealed record Fault(FaultKind Kind, string Detail);

public enum FaultKind
{
    /// <summary>No connection: refused, unreachable, name not resolved, TLS failed, connect timeout.</summary>
    Connect,

    /// <summary>No answer in time.</summary>
    Timeout,

    /// <summary>The connection was closed or reset before the answer was complete.</summary>
    Broken,

    /// <summary>An answer with a status that counts as a failure.</summary>
    Status,
}

/// <summary>What an operator may ask of a pool. A command with another epoch than the pool's is refused.</summary>
public abstract record Command
{
    private Command()
    {
    }

    /// <summary>The epoch that the operator saw when deciding; null when it does not matter.</summary>
    public Epoch? ExpectedEpoch { get; init; }

    /// <summary>Make the tier of this backend active.</summary>
    /// <param name="Force">
    /// Even if it is down; then the pool is held, or it would leave again at once, and requests go there all the same. It does not
    /// override another operator: what is draining or disabled has to be enabled first.
    /// </param>
    public sealed record Switchover(BackendId To, bool Force) : Command;

    /// <summary>Return to the most preferred tier that is fit, without waiting for its stable time.</summary>
    public sealed record Failback : Command;

    /// <summary>No automatic change until released.</summary>
    public sealed record Hold : Command;

    public sealed record Release : Command;

    /// <summary>No new requests to this backend.</summary>
    public sealed record Drain(BackendId Backend) : Command
    {
        /// <summary>How long what is under way there may take; null without a limit.</summary>
        public TimeSpan? Within { get; init; }
    }

    /// <summary>Take this backend out of the pool.</summary>
    public sealed record Disable(BackendId Backend) : Command;

    /// <summary>End drain and disable.</summary>
    public sealed record Enable(BackendId Backend) : Command;

    /// <summary>Forget what was recorded against this backend and judge it anew.</summary>
    public sealed record Reset(BackendId Backend) : Command;
}
