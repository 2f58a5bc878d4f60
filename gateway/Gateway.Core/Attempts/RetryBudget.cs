namespace Gateway.Core.Attempts;

/// <summary>
/// What a pool may spend on extra attempts: a token bucket that requests fill and retries and hedges empty. Pure.
/// </summary>
/// <remarks>
/// A retry helps one client; retries of everybody, in an outage, are twice the load on what is left. A share of the requests, saved up over the last
/// ten seconds, lets every request of an outage's first instants be rescued and then bounds the extra load to that share, as Finagle's retry
/// budget does. The floor is for pools with so few requests that a share of them is nothing.
/// </remarks>
/// <param name="Tokens">Extra attempts that may be made now.</param>
/// <param name="Requests">The pool's requests that have filled it so far.</param>
public readonly record struct RetryBudget(double Tokens, long Requests)
{
    /// <summary>For how long the share of the requests is saved up.</summary>
    public static readonly TimeSpan SavedFor = TimeSpan.FromSeconds(10);

    public static RetryBudget Of(BudgetTuning tuning, long requests) => new(tuning.Floor, requests);

    /// <summary>What the requests since the last time add.</summary>
    /// <param name="recent">The requests of the last ten seconds, which bound what is saved.</param>
    public RetryBudget Fill(BudgetTuning tuning, long requests, long recent)
    {
        var most = Math.Max(tuning.Floor, tuning.Share * recent);
        var more = tuning.Share * Math.Max(0, requests - Requests);
        return new RetryBudget(Math.Min(most, Tokens + more), Math.Max(Requests, requests));
    }

    /// <summary>One extra attempt, if there is one left.</summary>
    public bool TrySpend(out RetryBudget after)
    {
        after = this with { Tokens = Tokens - 1 };
        return Tokens >= 1;
    }
}

/// <param name="Share">How many extra attempts one request pays for.</param>
/// <param name="Floor">What the bucket holds at least when it is full.</param>
public sealed record BudgetTuning(double Share, double Floor);
