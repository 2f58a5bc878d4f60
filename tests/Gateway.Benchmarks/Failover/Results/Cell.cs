namespace Gateway.Benchmarks.Failover.Results;

/// <summary>What one contender did under one fault. Times are milliseconds.</summary>
internal sealed record Cell
{
    public double FailedGets { get; init; }

    public double FailedPosts { get; init; }

    public double LongestGet { get; init; }

    public double LongestPost { get; init; }

    /// <summary>Of the POSTs that were due from a second after the break until it was mended.</summary>
    public double PostP99 { get; init; }

    /// <summary>Changes of backend, see <see cref="BackendChanges"/>.</summary>
    public double Changes { get; init; }

    /// <summary>Answers that said they were whole and were only the beginning: the worst that a proxy can do.</summary>
    public double Short { get; init; }

    /// <summary>POSTs that were executed more than once.</summary>
    public double Doubles { get; init; }

    /// <summary>POSTs that were on their way when a backend was killed.</summary>
    public double PostsInFlight { get; init; }

    /// <summary>1.5 times the shortest of the peers' longest waits for a GET in the same run; 0 where there was no peer.</summary>
    public double PeersAllow { get; init; }

    /// <summary>How late the generator sent at most: on a machine that busy, a longest wait says little.</summary>
    public double Late { get; init; }

    public double Failed => FailedGets + FailedPosts;

    /// <summary>Every figure on its own: the median over runs.</summary>
    public static Cell Median(IReadOnlyCollection<Cell> cells)
    {
        double Of(Func<Cell, double> figure)
        {
            var sorted = cells.Select(figure).Order().ToList();
            return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
        }

        return new Cell
        {
            FailedGets = Of(cell => cell.FailedGets),
            FailedPosts = Of(cell => cell.FailedPosts),
            LongestGet = Of(cell => cell.LongestGet),
            LongestPost = Of(cell => cell.LongestPost),
            PostP99 = Of(cell => cell.PostP99),
            Changes = Of(cell => cell.Changes),
            // What must never happen is not made good by two runs in which it did not.
            Short = cells.Max(cell => cell.Short),
            Doubles = cells.Max(cell => cell.Doubles),
            PostsInFlight = Of(cell => cell.PostsInFlight),
            PeersAllow = Of(cell => cell.PeersAllow),
            Late = Of(cell => cell.Late),
        };
    }
}
