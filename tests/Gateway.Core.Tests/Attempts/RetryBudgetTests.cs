using FsCheck;
using FsCheck.Fluent;
using Gateway.Core.Attempts;
using Xunit;

namespace Gateway.Core.Tests.Attempts;

public class RetryBudgetTests
{
    private static readonly BudgetTuning Fifth = new(Share: 0.2, Floor: 10);

    [Fact]
    public void Every_request_of_the_first_instants_of_an_outage_is_rescued()
    {
        // 500 requests/s for the last ten seconds: what they have saved up lasts for the next two seconds of a total outage.
        var budget = RetryBudget.Of(Fifth, 0).Fill(Fifth, requests: 5_000, recent: 5_000);

        Assert.Equal(1_000, Spend(ref budget, 5_000));
    }

    [Fact]
    public void A_long_outage_gets_a_share_of_its_requests_and_no_more()
    {
        var budget = RetryBudget.Of(Fifth, 0).Fill(Fifth, 5_000, 5_000);
        _ = Spend(ref budget, 5_000);

        budget = budget.Fill(Fifth, 6_000, 5_000);

        Assert.Equal(200, Spend(ref budget, 1_000));
    }

    [Fact]
    public void A_quiet_pool_has_its_floor()
    {
        var budget = RetryBudget.Of(Fifth, 0).Fill(Fifth, requests: 3, recent: 3);

        Assert.Equal(10, Spend(ref budget, 100));
    }

    [Fact]
    public void What_a_busy_day_has_saved_is_not_there_in_the_quiet_night()
    {
        var budget = RetryBudget.Of(Fifth, 0).Fill(Fifth, 1_000_000, recent: 50_000).Fill(Fifth, 1_000_010, recent: 10);

        Assert.Equal(10, budget.Tokens);
    }

    [Fact]
    public void A_share_of_nothing_and_a_floor_of_nothing_allow_nothing()
    {
        var none = new BudgetTuning(0, 0);
        var budget = RetryBudget.Of(none, 0).Fill(none, 1_000_000, 1_000_000);

        Assert.False(budget.TrySpend(out _));
    }

    /// <summary>Invariant 2: extra attempts ≤ a share of the requests + what the full bucket holds.</summary>
    [Fact]
    public void Whatever_comes_the_extra_attempts_are_bounded() => Prop.ForAll(
        Gen.Choose(0, 400).Zip(Gen.Choose(0, 400)).ListOf(60).ToArbitrary(),
        seconds =>
        {
            var (requests, granted, most) = (0L, 0, 0L);
            var history = new Queue<long>();
            var budget = RetryBudget.Of(Fifth, 0);
            foreach (var (came, wanted) in seconds)
            {
                requests += came;
                history.Enqueue(came);
                _ = history.Count > 10 ? history.Dequeue() : 0;
                most = Math.Max(most, history.Sum());
                budget = budget.Fill(Fifth, requests, history.Sum());
                granted += Spend(ref budget, wanted);
            }

            return granted <= Math.Ceiling(0.2 * requests) + Math.Max(10, 0.2 * most);
        }).QuickCheckThrowOnFailure();

    private static int Spend(ref RetryBudget budget, int times)
    {
        var granted = 0;
        for (var time = 0; time < times && budget.TrySpend(out var after); time++)
        {
            budget = after;
            granted++;
        }

        return granted;
    }
}
