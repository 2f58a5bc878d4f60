namespace Gateway.Failover.Attempts;

/// <summary>
/// Where a request's current attempt stands, between the request itself and the watch, which may interfere. Kept in one word together with the
/// number of the attempt, so that neither can mistake one attempt for the next.
/// </summary>
internal enum AttemptPhase
{
    /// <summary>Between attempts, or over: the watch keeps its hands off.</summary>
    Idle,

    /// <summary>On the wire, and silent.</summary>
    Waiting,

    /// <summary>On the wire, silent, and a hedge was started.</summary>
    Hedged,

    /// <summary>Waiting for a backend that can take it.</summary>
    Held,

    /// <summary>Cancelled, because a hedge was answered first.</summary>
    HedgeWon,

    /// <summary>Cancelled, because it was silent for too long and another backend is left.</summary>
    TimedOut,

    /// <summary>Cancelled, because no connection was made in time.</summary>
    NotConnected,

    /// <summary>Cancelled, because the request's time is over.</summary>
    DeadlinePassed,

    /// <summary>Cancelled, because its backend was taken down.</summary>
    BackendDown,

    /// <summary>Cancelled, because nobody waits for the answer any more.</summary>
    RequestCancelled,
}

/// <summary>The word that request and watch share.</summary>
internal static class AttemptWord
{
    private const int Bits = 4;

    public static int Of(int attempt, AttemptPhase phase) => (attempt << Bits) | (int)phase;

    public static AttemptPhase Phase(int word) => (AttemptPhase)(word & ((1 << Bits) - 1));

    public static int With(int word, AttemptPhase phase) => (word & ~((1 << Bits) - 1)) | (int)phase;
}
