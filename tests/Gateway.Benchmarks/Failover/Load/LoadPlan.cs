namespace Gateway.Benchmarks.Failover.Load;

/// <summary>What is sent: how many requests a second, for how long, and how many percent of them are POSTs.</summary>
internal sealed record LoadPlan(string Prefix, int Rate, TimeSpan Length, int PostPercent)
{
    /// <summary>Spread evenly: one in five is every fifth.</summary>
    public bool IsPost(int number) => (number + 1) * PostPercent / 100 > number * PostPercent / 100;
}
