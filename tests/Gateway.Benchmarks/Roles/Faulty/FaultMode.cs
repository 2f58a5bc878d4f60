namespace Gateway.Benchmarks.Roles.Faulty;

/// <summary>How a backend misbehaves, by an order. What it does not do itself, dying and standing still, is done to it by signals.</summary>
internal enum FaultMode
{
    None,

    /// <summary>Every connection is reset as soon as it is accepted, and those that are open at once.</summary>
    ResetConnections,

    /// <summary>503 to everything, <c>/health</c> included.</summary>
    Unavailable,

    /// <summary>500, while <c>/health</c> passes.</summary>
    Error,

    /// <summary>403, while <c>/health</c> passes.</summary>
    Forbidden,

    /// <summary>Answers take two seconds, while <c>/health</c> is fast.</summary>
    Slow,

    /// <summary>A request is read and its connection reset, while <c>/health</c> passes.</summary>
    ResetRequests,

    /// <summary>Every answer ends, with FIN, after half of its body, while <c>/health</c> passes.</summary>
    HalfWay,
}
