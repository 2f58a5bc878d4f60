using System.Collections.Immutable;
using Gateway.Core;

namespace Gateway.Failover.WhatIf;

/// <summary>
/// What happened to the backends of a pool, and what was asked of it meanwhile: all that a replay knows of the world. Times are counted from the trace's
/// beginning.
/// </summary>
/// <param name="Story">One sentence for people.</param>
/// <param name="Pool">The pool's id; null for the first of the configuration.</param>
/// <param name="Duration">For how long requests come.</param>
/// <param name="Events">In the order of their times.</param>
/// <param name="Commands">In the order of their times.</param>
internal sealed record Trace(
    string Story, string? Pool, TimeSpan Duration, Traffic Traffic, ImmutableArray<TraceEvent> Events, ImmutableArray<TraceCommand> Commands);

/// <summary>The requests of the clients. They come whether or not the earlier ones were answered.</summary>
internal sealed record Traffic
{
    /// <summary>How many come in a second; 100 by default.</summary>
    public double RequestsPerSecond { get; init; } = 100;

    /// <summary>The share of POSTs, 0 to 1; the rest are GETs. 0.1 by default.</summary>
    public double UnsafeShare { get; init; } = 0.1;

    /// <summary>How long a well backend takes for an answer, on average; 5 ms by default.</summary>
    public TimeSpan UsualLatency { get; init; } = TimeSpan.FromMilliseconds(5);
}

/// <summary>From now on a backend is in another condition.</summary>
internal sealed record TraceEvent(TimeSpan At, string Backend, Condition Is)
{
    /// <summary>With what an erring backend answers.</summary>
    public int Status { get; init; } = 500;

    /// <summary>How long it takes for an answer; null for the usual time.</summary>
    public TimeSpan? Latency { get; init; }

    /// <summary>What its probe says; null where that follows from its condition.</summary>
    public bool? ProbePasses { get; init; }

    /// <summary>The share of the requests that feel it.</summary>
    public double Share { get; init; } = 1;

    /// <summary>When it is well again; null for never, or until its next event.</summary>
    public TimeSpan? Until { get; init; }
}

/// <summary>What may become of a backend.</summary>
internal enum Condition
{
    /// <summary>It answers well.</summary>
    Well,

    /// <summary>Its process is gone: connections are refused, and what was under way there breaks.</summary>
    Dead,

    /// <summary>It takes connections and answers nothing until that is over.</summary>
    Hung,

    /// <summary>It answers with an error.</summary>
    Erring,

    /// <summary>It answers late.</summary>
    Slow,

    /// <summary>It answers well, and its probe asks for no new requests.</summary>
    Leaving,
}

/// <summary>What an operator asked for.</summary>
internal sealed record TraceCommand(TimeSpan At, Command Command);

/// <summary>A trace cannot be used. The message is one sentence: the file, where in it, and what is allowed.</summary>
public sealed class TraceRefusedException : Exception
{
    /// <summary>Creates the exception with its sentence.</summary>
    public TraceRefusedException(string message)
        : base(message)
    {
    }
}
