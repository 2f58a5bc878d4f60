namespace Gateway.Benchmarks.Failover.Load;

internal enum Failure
{
    None,

    /// <summary>A status other than 2xx.</summary>
    Status,

    /// <summary>No connection, a connection that broke, or an answer that is visibly incomplete.</summary>
    Broken,

    /// <summary>No whole answer within the client's patience.</summary>
    TimedOut,

    /// <summary>An answer that says it is whole, and is not what the backend sends.</summary>
    Wrong,

    /// <summary>The same, and it is the beginning of the right one: the client would never know.</summary>
    Short,
}

/// <summary>How a request ended. Times count from the start of the load.</summary>
/// <param name="Due">When it should have been sent: from here on the client waits, whoever is late.</param>
/// <param name="Status">0 where none came.</param>
/// <param name="By">The backend that gave the answer.</param>
internal sealed record Ending(Request Request, TimeSpan Due, TimeSpan Sent, TimeSpan Ended, Failure Failure, int Status, string? By)
{
    public TimeSpan Wait => Ended - Due;

    public bool Failed => Failure != Failure.None;
}
