using Gateway.Core;

namespace Gateway.Failover.WhatIf;

/// <summary>What came of a replay.</summary>
/// <param name="State">Of the pool in the end.</param>
/// <param name="End">When the last request had its end.</param>
internal sealed record ReplayOutcome(Timeline Timeline, RequestFigures Requests, PoolState State, Instant End)
{
    public int Changes => Timeline.Changes.Count;

    /// <summary>The longest time from a first bad signal to its verdict; null where nothing unplanned happened.</summary>
    public TimeSpan? Detection => Timeline.Changes.Max(change => change.FirstSignalAt is { } signal ? change.At - signal : (TimeSpan?)null);

    /// <summary>The longest time from a verdict to the first good answer of its backend; null where none was measured.</summary>
    public TimeSpan? Failover => Timeline.Measured.Max(measured => measured.Failover);

    /// <summary>The rows of the comparison.</summary>
    public IReadOnlyList<OutcomeRow> Rows =>
    [
        OutcomeRow.Count("changes", "changes of the active backend", Changes),
        OutcomeRow.Span("detectionMs", "first bad signal to verdict, at most", Detection),
        OutcomeRow.Span("failoverMs", "verdict to first good answer, at most", Failover),
        OutcomeRow.Span("downtimeMs", "time without a good answer", Requests.Downtime),
        OutcomeRow.Count("requests", "requests", Requests.Requests),
        OutcomeRow.Count("failedGets", "GETs that failed", Requests.FailedSafe),
        OutcomeRow.Count("failedPosts", "POSTs that failed", Requests.FailedUnsafe),
        OutcomeRow.Count("passedOn", "  of both: errors passed on as answers", Requests.PassedOn),
        OutcomeRow.Count("rescued", "rescued by another attempt", Requests.Rescued),
        OutcomeRow.Count("held", "held until somebody could serve", Requests.Held),
        OutcomeRow.Count("hedged", "hedged", Requests.Hedged),
        OutcomeRow.Span("longestWaitMs", "longest wait of a request", Requests.LongestWait),
    ];
}

/// <summary>One figure.</summary>
/// <param name="Key">For machines; a time ends in its unit.</param>
/// <param name="Value">A number, or milliseconds; null where there is nothing to tell.</param>
internal sealed record OutcomeRow(string Key, string Label, double? Value, bool IsSpan)
{
    public static OutcomeRow Count(string key, string label, long value) => new(key, label, value, IsSpan: false);

    public static OutcomeRow Span(string key, string label, TimeSpan? value) => new(key, label, value?.TotalMilliseconds, IsSpan: true);

    public string Text => Say(Value);

    /// <summary>By how much the other one has more, or less.</summary>
    public string Difference(OutcomeRow other) => (Value, other.Value) switch
    {
        ({ } mine, { } theirs) when mine == theirs => "=",
        ({ } mine, { } theirs) => (theirs > mine ? "+" : "-") + Say(Math.Abs(theirs - mine)),
        (null, null) => "=",
        _ => string.Empty,
    };

    private string Say(double? value) => (value, IsSpan) switch
    {
        (null, _) => "-",
        ({ } number, false) => number.ToString("0", System.Globalization.CultureInfo.InvariantCulture),
        ({ } ms, _) when ms < 1_000 => $"{ms:0} ms",
        ({ } ms, _) when ms < 120_000 => $"{ms / 1_000:0.00} s",
        ({ } ms, _) => $"{ms / 60_000:0.0} min",
    };
}
