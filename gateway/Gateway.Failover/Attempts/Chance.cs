namespace Gateway.Failover.Attempts;

/// <summary>
/// The dice of the data path: shared by all requests, without a lock, and the same sequence for the same seed. SplitMix64 (Steele, Lea and Flood, 2014).
/// </summary>
internal sealed class Chance(int seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _state = (ulong)seed * Golden;

    /// <summary>From 0 to below 1.</summary>
    public double Next()
    {
        var z = Interlocked.Add(ref _state, Golden);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
