using System.Text.Json;

namespace Gateway.Tests;

/// <summary>The field names of <c>docs/reference/operator-api.md</c>, in its order; what goes over the wire has exactly these.</summary>
internal static class Contract
{
    public static readonly string[] Snapshot = ["type", "cursor", "at", "gateway", "pools", "changes", "logs", "events", "figures"];
    public static readonly string[] Event = ["type", "cursor", "sequence", "at", "pool", "kind", "sentence", "enforced", "state", "change"];
    public static readonly string[] Log = ["type", "line"];
    public static readonly string[] FiguresTaken = ["type", "figures"];
    public static readonly string[] Gap = ["type"];
    public static readonly string[] Gateway = ["name", "version", "startedAt", "demo", "faultsAllowed"];
    public static readonly string[] Health = ["status", "gateway", "pools"];

    public static readonly string[] Pool =
    [
        "id", "epoch", "active", "activeTier", "activeSince", "cause", "sentence", "condition", "held", "pinned", "enforced", "restsUntil", "failbackDueAt",
        "backends",
    ];

    public static readonly string[] Backend =
    [
        "id", "address", "tier", "role", "health", "ejected", "admin", "since", "reason", "trial", "ejectedUntil", "leaving", "drained", "drainUntil",
        "inFlight", "added",
    ];

    public static readonly string[] Change =
    [
        "pool", "epoch", "at", "kind", "from", "to", "cause", "sentence", "detectionMs", "failoverMs", "measured", "requests", "failed", "rescued",
        "errorRate",
    ];

    public static readonly string[] LogLine = ["sequence", "at", "level", "category", "message", "requestId"];
    public static readonly string[] EventLine = ["sequence", "at", "pool", "kind", "sentence", "enforced"];
    public static readonly string[] Figures = ["at", "pools"];
    public static readonly string[] PoolFigures = ["id", "requests", "failed", "rescued", "p50Ms", "p99Ms", "backends", "attempts"];
    public static readonly string[] BackendFigures = ["id", "attempts", "failures", "inFlight", "probeMs", "probeOk"];

    public static readonly string[] AttemptFigures =
    [
        "rescued", "hedgesWon", "hedgesLost", "held", "heldTotal", "budgetTokens", "budgetExhausted", "poison", "resumed",
    ];

    public static readonly string[] Rescued = ["connect", "timeout", "broken", "status", "silent", "verdict", "broke-off"];

    public static void HasExactly(string[] names, JsonElement thing) =>
        Assert.Equal(names.Order(), thing.EnumerateObject().Select(property => property.Name).Order());

    public static void IsPool(JsonElement pool)
    {
        HasExactly(Pool, pool);
        Assert.NotEmpty(pool.GetProperty("backends").EnumerateArray());
        Assert.All(pool.GetProperty("backends").EnumerateArray(), backend => HasExactly(Backend, backend));
        Assert.Contains(Text(pool, "condition"), new[] { "steady", "degraded", "failing" });
        Assert.Contains(
            Text(pool, "cause"), new[] { "start", "probe-failed", "requests-failed", "operator", "preferred", "drained", "disabled", "removed" });
    }

    public static void IsMessage(JsonElement message)
    {
        switch (Text(message, "type"))
        {
            case "snapshot":
                HasExactly(Snapshot, message);
                HasExactly(Gateway, message.GetProperty("gateway"));
                Assert.All(message.GetProperty("pools").EnumerateArray(), IsPool);
                Assert.All(message.GetProperty("changes").EnumerateArray(), change => HasExactly(Change, change));
                Assert.All(message.GetProperty("logs").EnumerateArray(), line => HasExactly(LogLine, line));
                Assert.All(message.GetProperty("events").EnumerateArray(), line => HasExactly(EventLine, line));
                Assert.All(message.GetProperty("figures").EnumerateArray(), AreFigures);
                break;
            case "event":
                HasExactly(Event, message);
                IsPool(message.GetProperty("state"));
                if (message.GetProperty("change") is { ValueKind: JsonValueKind.Object } change)
                {
                    HasExactly(Change, change);
                }

                break;
            case "log":
                HasExactly(Log, message);
                HasExactly(LogLine, message.GetProperty("line"));
                break;
            case "figures":
                HasExactly(FiguresTaken, message);
                AreFigures(message.GetProperty("figures"));
                break;
            case "gap":
                HasExactly(Gap, message);
                break;
            case var other:
                Assert.Fail($"There is no message of type '{other}'.");
                break;
        }
    }

    public static string? Text(JsonElement thing, string name) => thing.GetProperty(name).GetString();

    private static void AreFigures(JsonElement figures)
    {
        HasExactly(Figures, figures);
        Assert.All(figures.GetProperty("pools").EnumerateArray(), pool =>
        {
            HasExactly(PoolFigures, pool);
            Assert.All(pool.GetProperty("backends").EnumerateArray(), backend => HasExactly(BackendFigures, backend));
            HasExactly(AttemptFigures, pool.GetProperty("attempts"));
            HasExactly(Rescued, pool.GetProperty("attempts").GetProperty("rescued"));
        });
    }
}
