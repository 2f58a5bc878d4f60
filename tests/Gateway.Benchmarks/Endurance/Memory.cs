namespace Gateway.Benchmarks.Endurance;

/// <summary>What a process holds, in MB.</summary>
/// <param name="Resident">By the system's count.</param>
/// <param name="Heap">What the last garbage collection left; 0 where there was none yet.</param>
internal readonly record struct Memory(double Resident, double Heap)
{
    public static Memory Most(Memory one, Memory other) => new(Math.Max(one.Resident, other.Resident), Math.Max(one.Heap, other.Heap));
}
