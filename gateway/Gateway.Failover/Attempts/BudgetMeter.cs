using Gateway.Core.Attempts;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Attempts;

/// <summary>A pool's retry budget at work. It is filled by looking at the counters that there are anyway, so that a good request pays nothing for it.</summary>
internal sealed class BudgetMeter(PoolCounters counters)
{
    // A reading each second: how many requests the last ten seconds had.
    private readonly long[] _readings = new long[(int)RetryBudget.SavedFor.TotalSeconds];
    private int _oldest;
    private Purse? _purse;
    private long _exhausted;

    /// <summary>How often an extra attempt was not made for lack of budget.</summary>
    public long Exhausted => Interlocked.Read(ref _exhausted);

    /// <summary>Extra attempts that may be made now.</summary>
    public double Tokens(BudgetOptions options) => Filled(Volatile.Read(ref _purse), Tuning(options)).Tokens;

    /// <summary>Takes one extra attempt out of the budget.</summary>
    public bool TrySpend(BudgetOptions options)
    {
        var tuning = Tuning(options);
        while (true)
        {
            var old = Volatile.Read(ref _purse);
            if (!Filled(old, tuning).TrySpend(out var after))
            {
                Interlocked.Increment(ref _exhausted);
                return false;
            }

            if (Interlocked.CompareExchange(ref _purse, new Purse(after), old) == old)
            {
                return true;
            }
        }
    }

    /// <summary>The watch's, once a second.</summary>
    public void Read()
    {
        Interlocked.Exchange(ref _readings[_oldest], counters.Tally.Requests);
        Volatile.Write(ref _oldest, (_oldest + 1) % _readings.Length);
    }

    private RetryBudget Filled(Purse? purse, BudgetTuning tuning)
    {
        var requests = counters.Tally.Requests;
        var recent = requests - Interlocked.Read(ref _readings[Volatile.Read(ref _oldest)]);
        return (purse?.Budget ?? RetryBudget.Of(tuning, 0)).Fill(tuning, requests, recent);
    }

    private static BudgetTuning Tuning(BudgetOptions options) => new(options.Share, options.Floor);

    private sealed record Purse(RetryBudget Budget);
}
