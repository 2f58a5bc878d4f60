using System.Collections.Immutable;

namespace Gateway.Simulation.Worlds;

/// <summary>All chance of a seed: SplitMix64, small, fast, and the same on every machine and every version of .NET.</summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Dice of their own for another purpose, so that what is thrown there changes nothing here.</summary>
    public static Dice Of(long seed, ulong purpose) => new(unchecked(((ulong)seed * 0x9E3779B97F4A7C15) ^ (purpose * 0xD1342543DE82EF95)));

    public int Below(int limit) => (int)(Next() % (ulong)limit);

    /// <summary>Both ends included.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    public double Share() => (Next() >> 11) * (1.0 / (1UL << 53));

    public bool OneIn(int chances) => Below(chances) == 0;

    public TimeSpan Between(TimeSpan least, TimeSpan most) => least + TimeSpan.FromTicks((long)(Share() * (most - least).Ticks));

    public TimeSpan Milliseconds(int least, int most) => TimeSpan.FromMilliseconds(Between(least, most));

    public TimeSpan Seconds(int least, int most) => TimeSpan.FromSeconds(Between(least, most));

    public T Pick<T>(ImmutableArray<T> among) => among[Below(among.Length)];

    private ulong Next()
    {
        unchecked
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
