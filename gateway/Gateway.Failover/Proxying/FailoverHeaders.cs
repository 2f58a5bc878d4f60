namespace Gateway.Failover.Proxying;

/// <summary>The header fields of failover. Clients' own <c>X-Failover-*</c> fields are dropped.</summary>
internal static class FailoverHeaders
{
    /// <summary>What every field of ours begins with.</summary>
    public const string Prefix = "X-Failover-";

    /// <summary>To backends: <c>epoch;active</c>, the fencing token.</summary>
    public const string Epoch = "X-Failover-Epoch";

    /// <summary>From gateway to gateway: through which a request has come.</summary>
    public const string Via = "X-Failover-Via";

    /// <summary>To clients: who answered.</summary>
    public const string Backend = "X-Failover-Backend";

    /// <summary>To clients: at which attempt.</summary>
    public const string Attempts = "X-Failover-Attempts";

    /// <summary>To clients: <c>unknown</c> when a request that must not be repeated may have been executed.</summary>
    public const string Outcome = "X-Failover-Outcome";

    private static readonly string[] Numbers =
        [.. Enumerable.Range(0, 11).Select(number => number.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    public static void Tell(HttpResponse response, string backend, int attempts)
    {
        response.Headers[Backend] = backend;
        response.Headers[Attempts] = Numbers[Math.Min(attempts, Numbers.Length - 1)];
    }
}
