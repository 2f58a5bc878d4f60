using System.Text.Json;

namespace Gateway.Failover.Live;

/// <summary>One message of the live feed, the same over all transports.</summary>
internal abstract record FeedMessage(string Type)
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public string ToJson() => JsonSerializer.Serialize(this, GetType(), Json);

    /// <summary>Everything that a client needs to begin.</summary>
    public sealed record Snapshot(
        string Cursor, DateTimeOffset At, GatewayReport Gateway, IReadOnlyList<PoolReport> Pools, IReadOnlyList<ChangeReport> Changes,
        IReadOnlyList<LogLine> Logs, IReadOnlyList<EventReport> Events, IReadOnlyList<FiguresReport> Figures) : FeedMessage("snapshot");

    /// <summary>Something happened; <paramref name="State"/> is the pool afterwards.</summary>
    public sealed record Event(
        string Cursor, long Sequence, DateTimeOffset At, string Pool, string Kind, string Sentence, bool Enforced, PoolReport State, ChangeReport? Change)
        : FeedMessage("event");

    public sealed record Log(LogLine Line) : FeedMessage("log");

    public sealed record FiguresTaken([property: System.Text.Json.Serialization.JsonPropertyName("figures")] FiguresReport Report) : FeedMessage("figures");

    /// <summary>Messages were lost; a snapshot follows.</summary>
    public sealed record Gap() : FeedMessage("gap")
    {
        public static readonly Gap Instance = new();
    }
}

internal sealed record LogLine(long Sequence, DateTimeOffset At, string Level, string Category, string Message, string? RequestId)
{
    /// <summary>The line as plain text.</summary>
    public string ToText() =>
        $"{At.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ} {Level.ToUpperInvariant(),-5} {Category} {Message.ReplaceLineEndings(" ")}"
        + (RequestId is null ? string.Empty : $" [{RequestId}]");
}

/// <summary>What went through the pools since the last report.</summary>
internal sealed record FiguresReport(DateTimeOffset At, IReadOnlyList<PoolFigures> Pools);

internal sealed record PoolFigures(
    string Id, long Requests, long Failed, long Rescued, double? P50Ms, double? P99Ms, IReadOnlyList<BackendFigures> Backends, AttemptFigures Attempts);

/// <summary>What the pool has done for its requests since the start, and what it holds now.</summary>
/// <param name="Rescued">Requests that were rescued, by what they were rescued from.</param>
/// <param name="Held">Requests that wait for a backend now.</param>
/// <param name="BudgetTokens">Retries and hedges that may be made now.</param>
/// <param name="BudgetExhausted">Retries and hedges that were not made for lack of budget.</param>
/// <param name="Poison">Requests that failed the same way wherever they were tried.</param>
/// <param name="Resumed">Answers that broke off and were continued elsewhere.</param>
internal sealed record AttemptFigures(
    IReadOnlyDictionary<string, long> Rescued, long HedgesWon, long HedgesLost, long Held, long HeldTotal, long BudgetTokens, long BudgetExhausted,
    long Poison, long Resumed);

internal sealed record BackendFigures(string Id, long Attempts, long Failures, long InFlight, double? ProbeMs, bool? ProbeOk);
