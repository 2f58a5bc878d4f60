using Gateway.Benchmarks.Failover.Backends;
using Gateway.Benchmarks.Failover.Load;

namespace Gateway.Benchmarks.Failover.Results;

/// <summary>From the endings of the requests to the figures of a cell.</summary>
internal static class CellReading
{
    public static Cell Read(IReadOnlyList<Ending> endings, Stage stage)
    {
        var (gets, posts) = (endings.Where(ending => !ending.Request.IsPost).ToList(), endings.Where(ending => ending.Request.IsPost).ToList());
        return new Cell
        {
            FailedGets = gets.Count(ending => ending.Failed),
            FailedPosts = posts.Count(ending => ending.Failed),
            LongestGet = Longest(gets),
            LongestPost = Longest(posts),
            PostP99 = Percentile(posts.Where(post => post.Due >= Schedule.Break + Schedule.Notice && post.Due < Schedule.Mend), 0.99),
            Changes = BackendChanges.Count(endings),
            Short = endings.Count(ending => ending.Failure == Failure.Short),
            Doubles = stage.Doubles,
            PostsInFlight = posts.Count(post => stage.Deaths.Any(death => post.Sent <= death.To && post.Ended >= death.From)),
            Late = Late(endings).TotalMilliseconds,
        };
    }

    /// <summary>How the failed ones failed, such as "3 × 502, 1 × Broken".</summary>
    public static string Failures(IEnumerable<Ending> endings) => string.Join(", ", endings
        .Where(ending => ending.Failed)
        .GroupBy(ending => ending.Failure == Failure.Status ? $"{ending.Status}" : $"{ending.Failure}")
        .Select(group => $"{group.Count()} × {group.Key}"));

    /// <summary>What helps to understand a cell: what failed how, who waited longest when, and how late the generator itself was.</summary>
    public static string Remarks(IReadOnlyList<Ending> endings)
    {
        var longest = endings.MaxBy(ending => ending.Wait)!;
        return $"[longest due at {longest.Due.TotalSeconds:0.00} s; sent at most {Late(endings).TotalMilliseconds:0} ms late] {Failures(endings)}";
    }

    private static TimeSpan Late(IEnumerable<Ending> endings) => endings.Max(ending => ending.Sent - ending.Due);

    private static double Longest(List<Ending> endings) => endings.Count == 0 ? 0 : endings.Max(ending => ending.Wait.TotalMilliseconds);

    private static double Percentile(IEnumerable<Ending> endings, double share)
    {
        var waits = endings.Select(ending => ending.Wait.TotalMilliseconds).Order().ToList();
        return waits.Count == 0 ? 0 : waits[(int)Math.Ceiling(share * waits.Count) - 1];
    }
}
