namespace Gateway.Backends.Executions;

/// <summary>What was really executed here, as evidence that a gateway repeated nothing it must not repeat.</summary>
/// <remarks>A request counts when it reaches the application, before any fault has its say: a client cannot know
/// whether a request that was answered badly did its work, so neither may the evidence be lenient.</remarks>
internal sealed class ExecutionCounts
{
    /// <summary>The most request ids that are remembered; the oldest is forgotten first.</summary>
    public const int MostRequests = 10_000;

    /// <summary>Longer request ids are cut, so that the memory is bounded as well as the count.</summary>
    public const int LongestRequestId = 128;

    private static readonly string[] Methods =
    [
        HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete,
        HttpMethods.Options, HttpMethods.Connect, HttpMethods.Trace,
    ];

    private readonly Lock gate = new();
    private readonly SortedDictionary<string, long> byMethod = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> byRequest = new(StringComparer.Ordinal);
    private readonly Queue<string> order = new();
    private long total;

    public long Total => Interlocked.Read(ref total);

    public void Count(string method, string? requestId)
    {
        var counted = Array.Find(Methods, known => HttpMethods.Equals(known, method)) ?? "OTHER";
        lock (gate)
        {
            Interlocked.Increment(ref total);
            byMethod[counted] = byMethod.GetValueOrDefault(counted) + 1;
            if (requestId is { Length: > 0 })
            {
                Remember(Cut(requestId));
            }
        }
    }

    public ExecutionsAnswer All()
    {
        lock (gate)
        {
            return new(total, new(byMethod), new(byRequest, StringComparer.Ordinal));
        }
    }

    /// <summary>The same as <see cref="All"/>, with one request only: 0 where it was never seen or is
    /// forgotten.</summary>
    public ExecutionsAnswer One(string requestId)
    {
        lock (gate)
        {
            return new(total, new(byMethod), new() { [requestId] = byRequest.GetValueOrDefault(Cut(requestId)) });
        }
    }

    private void Remember(string requestId)
    {
        if (byRequest.TryGetValue(requestId, out var seen))
        {
            byRequest[requestId] = seen + 1;
            return;
        }

        if (order.Count == MostRequests)
        {
            byRequest.Remove(order.Dequeue());
        }

        order.Enqueue(requestId);
        byRequest[requestId] = 1;
    }

    private static string Cut(string requestId) =>
        requestId.Length <= LongestRequestId ? requestId : requestId[..LongestRequestId];
}
