namespace Gateway.Core.Attempts;

/// <summary>
/// What becomes of a request after an attempt (RFC 9110 §9.2.2): the client gets the answer, another backend is tried, the request waits for one,
/// or it is over. Asked after every attempt; pure.
/// </summary>
/// <remarks>
/// Two questions decide. Was anything possibly sent? If not, any request may be repeated: nobody can have executed it. If so, is the
/// method one whose repetition has the same effect as doing it once, and is its body still at hand? "Possibly sent" begins when the
/// attempt's content was asked to serialize, which is earlier than the first byte on the wire and therefore errs to the safe side.
/// The rest are bounds: attempts, the request's deadline, and the budget that all extra attempts of a pool share.
/// </remarks>
public static class AttemptPlan
{
    public static AttemptStep Next(in AttemptFacts facts) => facts.Outcome switch
    {
        AttemptOutcome.Good => AttemptStep.Answer,
        AttemptOutcome.ClientLeft or AttemptOutcome.DeadlinePassed => AttemptStep.GiveUp,
        _ when !MayTryAgain(facts) || facts.AttemptsMade >= facts.MaxAttempts => AttemptStep.GiveUp,
        // A bad answer is an answer: nobody waits for a better one.
        AttemptOutcome.BadStatus when !facts.OtherBackendLeft => AttemptStep.GiveUp,
        AttemptOutcome.Failed when !facts.OtherBackendLeft => facts is { NobodyReached: true, HasAnswer: false } ? AttemptStep.Hold : AttemptStep.GiveUp,
        _ => facts.BudgetLeft ? AttemptStep.RetryElsewhere : AttemptStep.GiveUp,
    };

    /// <summary>Whether an attempt may be cut short in favour of another backend: only where a second one could follow.</summary>
    public static bool MayCutShort(RequestMethod method, BodyKind body, int attemptsMade, int maxAttempts, bool otherBackendLeft) =>
        otherBackendLeft && attemptsMade < maxAttempts && MayRepeat(method, body);

    /// <summary>Whether a second attempt may start while the first is still silent. Only what has no effect at all may run twice at a time.</summary>
    public static bool MayHedge(RequestMethod method, BodyKind body, int attemptsMade, int maxAttempts) =>
        method == RequestMethod.Safe && body == BodyKind.None && attemptsMade < maxAttempts;

    /// <summary>Whether a backend that is not active may get the request.</summary>
    public static bool MayReachStandby(StandbyPolicy policy, RequestMethod method) => policy switch
    {
        StandbyPolicy.Any => true,
        StandbyPolicy.Safe => method == RequestMethod.Safe,
        _ => false,
    };

    /// <summary>
    /// Whether a repeat failed the same way as the first attempt: then the request is at fault, and neither backend. A connection that was not
    /// made says nothing of the request.
    /// </summary>
    public static bool IsPoison(Fault first, Fault second) =>
        first.Kind != FaultKind.Connect && first.Kind == second.Kind && (first.Kind != FaultKind.Status || first.Detail == second.Detail);

    private static bool MayTryAgain(in AttemptFacts facts) =>
        (facts.Outcome == AttemptOutcome.Failed && !facts.PossiblySent) || MayRepeat(facts.Method, facts.Body);

    private static bool MayRepeat(RequestMethod method, BodyKind body) => method != RequestMethod.Unsafe && body != BodyKind.Streamed;
}

/// <summary>What is known after an attempt.</summary>
/// <param name="PossiblySent">The request, or a part of it, may have reached a backend.</param>
/// <param name="AttemptsMade">Attempts made so far, this one and hedges included.</param>
/// <param name="OtherBackendLeft">There is a backend that this request may be sent to and has not tried.</param>
/// <param name="NobodyReached">Backends refuse connections, or the pool knows that nobody can serve: waiting may help.</param>
/// <param name="BudgetLeft">The pool's retry budget allows one more attempt.</param>
/// <param name="HasAnswer">An earlier attempt was answered, if badly: nobody waits for a better answer.</param>
public readonly record struct AttemptFacts(
    RequestMethod Method,
    BodyKind Body,
    AttemptOutcome Outcome,
    bool PossiblySent,
    int AttemptsMade,
    int MaxAttempts,
    bool OtherBackendLeft,
    bool NobodyReached = false,
    bool BudgetLeft = true,
    bool HasAnswer = false);

public enum RequestMethod
{
    /// <summary>GET, HEAD, OPTIONS: no effect that the client asked for.</summary>
    Safe,

    /// <summary>PUT, DELETE, and what carries an <c>Idempotency-Key</c> where its route allows it: twice has the effect of once.</summary>
    Idempotent,

    /// <summary>POST, PATCH, anything unknown, and upgrades.</summary>
    Unsafe,
}

public enum BodyKind
{
    None,

    /// <summary>A body of which a copy is kept, so that it can be sent again.</summary>
    Kept,

    /// <summary>A body that streams through and is gone once it was read.</summary>
    Streamed,
}

public enum AttemptOutcome
{
    /// <summary>An answer that the client shall get.</summary>
    Good,

    /// <summary>An answer with a status that counts as a failure.</summary>
    BadStatus,

    /// <summary>No answer.</summary>
    Failed,

    /// <summary>The client went away; nobody is waiting any more.</summary>
    ClientLeft,

    /// <summary>The request's time is over.</summary>
    DeadlinePassed,
}

public enum AttemptStep
{
    /// <summary>Give this answer to the client.</summary>
    Answer,

    RetryElsewhere,

    /// <summary>Wait for a backend that can take the request, for as long as the pool holds requests; then try again.</summary>
    Hold,

    /// <summary>Give the client what there is: the first real answer, or an error of our own.</summary>
    GiveUp,
}

/// <summary>What a standby may get while another backend is active. It governs retries, hedges and every detour.</summary>
public enum StandbyPolicy
{
    /// <summary>Everything.</summary>
    Any,

    /// <summary>GET, HEAD and OPTIONS.</summary>
    Safe,

    /// <summary>Nothing.</summary>
    None,
}
