namespace Gateway.Core.Attempts;

/// <summary>
/// Whether a request that was not answered well may be tried at another backend (RFC 9110 §9.2.2). Asked after every attempt; pure.
/// </summary>
/// <remarks>
/// Two questions decide. Was anything possibly sent? If not, any request may be repeated: nobody can have executed it. If so, is the
/// method one whose repetition has the same effect as doing it once, and is its body still at hand? "Possibly sent" begins when the
/// attempt's content was asked to serialize, which is earlier than the first byte on the wire and therefore errs to the safe side.
/// </remarks>
public static class AttemptPlan
{
    public static AttemptStep Next(in AttemptFacts facts) => facts.Outcome switch
    {
        AttemptOutcome.Good => AttemptStep.Answer,
        AttemptOutcome.ClientLeft => AttemptStep.GiveUp,
        _ when !facts.OtherBackendLeft || facts.AttemptsMade >= facts.MaxAttempts => AttemptStep.GiveUp,
        AttemptOutcome.Failed when !facts.PossiblySent => AttemptStep.RetryElsewhere,
        _ => MayRepeat(facts.Method, facts.Body) ? AttemptStep.RetryElsewhere : AttemptStep.GiveUp,
    };

    /// <summary>Whether an attempt may be cut short in favour of another backend: only where a second one could follow.</summary>
    public static bool MayCutShort(RequestMethod method, BodyKind body, int attemptsMade, int maxAttempts, bool otherBackendLeft) =>
        otherBackendLeft && attemptsMade < maxAttempts && MayRepeat(method, body);

    private static bool MayRepeat(RequestMethod method, BodyKind body) => method != RequestMethod.Unsafe && body == BodyKind.None;
}

/// <summary>What is known after an attempt.</summary>
/// <param name="PossiblySent">The request, or a part of it, may have reached the backend.</param>
/// <param name="AttemptsMade">Attempts made so far, this one included.</param>
/// <param name="OtherBackendLeft">There is a backend that this request has not tried.</param>
public readonly record struct AttemptFacts(
    RequestMethod Method,
    BodyKind Body,
    AttemptOutcome Outcome,
    bool PossiblySent,
    int AttemptsMade,
    int MaxAttempts,
    bool OtherBackendLeft);

public enum RequestMethod
{
    /// <summary>GET, HEAD, OPTIONS: no effect that the client asked for.</summary>
    Safe,

    /// <summary>PUT, DELETE: twice has the effect of once.</summary>
    Idempotent,

    /// <summary>POST, PATCH, anything unknown, and upgrades.</summary>
    Unsafe,
}

public enum BodyKind
{
    None,

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
}

public enum AttemptStep
{
    /// <summary>Give this answer to the client.</summary>
    Answer,

    RetryElsewhere,

    /// <summary>Give the client what there is: the first real answer, or an error of our own.</summary>
    GiveUp,
}
