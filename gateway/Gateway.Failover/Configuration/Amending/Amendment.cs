using Gateway.Core;

namespace Gateway.Failover.Configuration.Amending;

/// <summary>What an operator's wish to add or remove a backend comes to.</summary>
internal abstract record Amendment
{
    private Amendment()
    {
    }

    /// <param name="Amendments">All of them, with the new one.</param>
    /// <param name="Because">Who did what, as a sentence without its end.</param>
    /// <param name="Objection">What speaks against it in the pool's present state, which only the engine knows for certain; null for nothing.</param>
    public sealed record Change(PoolId Pool, Amendments Amendments, string Because, Func<PoolState, string?> Objection) : Amendment;

    public sealed record Refused(string Sentence) : Amendment;
}
