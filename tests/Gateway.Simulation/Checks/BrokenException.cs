namespace Gateway.Simulation.Checks;

/// <summary>An invariant does not hold.</summary>
internal sealed class BrokenException(int invariant, string what) : Exception($"invariant {invariant}: {what}")
{
    public int Invariant => invariant;
}
