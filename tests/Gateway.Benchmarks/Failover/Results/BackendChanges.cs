using Gateway.Benchmarks.Failover.Load;

namespace Gateway.Benchmarks.Failover.Results;

/// <summary>
/// How often the traffic went from one backend to the other, as the clients see it: in the sequence of requests that were answered well, in
/// the order in which they were due, a backend takes over when it has answered three in a row. Fewer are strays: a retry, a hedge, a trial. Not by
/// the answers' ends: requests that a hung backend answers at last, all together, are no return to it.
/// </summary>
internal static class BackendChanges
{
    private const int InARow = 3;

    public static int Count(IEnumerable<Ending> endings)
    {
        var (changes, row) = (0, 0);
        string? current = null;
        string? last = null;
        foreach (var by in endings.Where(ending => !ending.Failed).OrderBy(ending => ending.Due).Select(ending => ending.By))
        {
            row = by == last ? row + 1 : 1;
            last = by;
            if (row < InARow || by == current)
            {
                continue;
            }

            changes += current is null ? 0 : 1;
            current = by;
        }

        return changes;
    }
}
