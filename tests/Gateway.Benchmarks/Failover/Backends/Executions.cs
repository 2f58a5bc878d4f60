using System.Collections.Concurrent;

namespace Gateway.Benchmarks.Failover.Backends;

/// <summary>How often each POST was executed, at all backends together and over all their lives.</summary>
internal sealed class Executions
{
    private readonly ConcurrentDictionary<string, int> _counts = new();

    /// <summary>How many POSTs were executed more than once.</summary>
    public int Doubles => _counts.Values.Count(count => count > 1);

    public void Count(string id) => _counts.AddOrUpdate(id, 1, (_, count) => count + 1);
}
