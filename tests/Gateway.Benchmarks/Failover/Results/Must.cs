namespace Gateway.Benchmarks.Failover.Results;

/// <summary>What the gateway owes its clients under a fault; null: nothing is said about it.</summary>
internal sealed record Must
{
    public int? FailedGets { get; init; } = 0;

    public int? FailedPosts { get; init; }

    /// <summary>At most the POSTs that were on their way when a backend was killed may fail.</summary>
    public bool PostsInFlight { get; init; }

    /// <summary>Failed requests of any kind: how many answers may be broken before it has switched.</summary>
    public int? Broken { get; init; }

    /// <summary>Milliseconds.</summary>
    public double? LongestGet { get; init; }

    /// <summary>Whether 1.5 times the best peer of the same run is good enough, too: a busy machine makes everybody wait.</summary>
    public bool ComparedToPeers { get; init; }

    /// <summary>Milliseconds, from a second after the break until it is mended.</summary>
    public double? PostP99 { get; init; }

    public int Changes { get; init; } = 2;

    /// <summary>As the table says it.</summary>
    public string Text => Broken is { } broken
        ? $"switch within ≤ {broken} broken answers; never a clean short one"
        : $"{FailedGets} / ≤ {(PostsInFlight ? "in flight" : FailedPosts)} / {(ComparedToPeers ? "≤" : "GET ≤")} {LongestGet}{Tail} / {Changes}";

    private string Tail => PostP99 is { } p99 ? $", POST p99 ≤ {p99}" : string.Empty;
}
