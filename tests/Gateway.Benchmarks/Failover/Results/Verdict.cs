namespace Gateway.Benchmarks.Failover.Results;

/// <summary>Whether the gateway did what it must, and if not, what was too much.</summary>
internal static class Verdict
{
    public static string Of(Must must, Cell cell)
    {
        var complaints = Complaints(must, cell).ToList();
        return complaints.Count == 0 ? "met" : $"not met: {string.Join(", ", complaints)}";
    }

    private static IEnumerable<string> Complaints(Must must, Cell cell)
    {
        string?[] all =
        [
            TooMuch("failed GETs", cell.FailedGets, must.FailedGets),
            TooMuch("failed POSTs", cell.FailedPosts, must.PostsInFlight ? cell.PostsInFlight : must.FailedPosts),
            TooMuch("broken answers", cell.Failed, must.Broken),
            TooMuch($"ms for a GET (generator up to {cell.Late:0} ms late)", cell.LongestGet, must.ComparedToPeers ? Math.Max(must.LongestGet!.Value, cell.PeersAllow) : must.LongestGet),
            TooMuch("ms POST p99", cell.PostP99, must.PostP99),
            TooMuch("changes", cell.Changes, must.Changes),
            TooMuch("short answers", cell.Short, 0),
            TooMuch("POSTs executed twice", cell.Doubles, 0),
        ];
        return all.OfType<string>();
    }

    private static string? TooMuch(string what, double value, double? limit) => value > limit ? $"{value:0.#} > {limit:0.#} {what}" : null;
}
