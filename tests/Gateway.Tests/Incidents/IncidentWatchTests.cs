using Gateway.Core;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;
using Gateway.Failover.Incidents;

namespace Gateway.Tests.Incidents;

/// <summary>What the requests of an incident say: the longest wait, the last error, and the time without a good answer.</summary>
public class IncidentWatchTests
{
    private readonly IncidentWatch _watch = new(At(1_000));

    [Fact]
    public void Nobody_is_answered_from_the_failed_request_on_until_the_next_good_answer()
    {
        Ended(RequestEnd.Failed, at: 1_500, took: 300);
        Ended(RequestEnd.Failed, at: 1_700, took: 100);
        Assert.Equal(600, Read(1_800).Unanswered.TotalMilliseconds);
        Ended(RequestEnd.Rescued, at: 2_200, took: 900);

        var waits = Read(9_000);
        Assert.Equal((1_000.0, 900.0), (waits.Unanswered.TotalMilliseconds, waits.Longest!.Value.TotalMilliseconds));
        Assert.Equal(At(1_700), waits.LastError);
    }

    [Fact]
    public void A_good_answer_while_a_request_failed_counts_for_the_time_before_it()
    {
        Ended(RequestEnd.Ok, at: 1_400, took: 1);
        Ended(RequestEnd.Failed, at: 1_500, took: 300);
        Ended(RequestEnd.Ok, at: 1_600, took: 1);

        Assert.Equal(200, Read(9_000).Unanswered.TotalMilliseconds);
    }

    [Fact]
    public void What_was_before_the_incident_is_not_in_it()
    {
        Ended(RequestEnd.Failed, at: 1_100, took: 5_000);
        Ended(RequestEnd.Ok, at: 1_200, took: 1);

        Assert.Equal(200, Read(2_000).Unanswered.TotalMilliseconds);
    }

    [Fact]
    public void A_slow_good_answer_and_a_client_that_left_are_waits_and_no_outage()
    {
        Ended(RequestEnd.Ok, at: 3_000, took: 1_800);
        Ended(RequestEnd.Aborted, at: 4_000, took: 2_500);

        Assert.Equal(new IncidentWaits(TimeSpan.FromMilliseconds(2_500), LastError: null, TimeSpan.Zero), Read(5_000));
    }

    [Fact]
    public void A_stream_says_nothing_about_a_wait()
    {
        _watch.Ended(RequestEnd.Ok, At(3_000), TimeSpan.FromHours(1), isStream: true);
        _watch.Ended(RequestEnd.Failed, At(4_000), TimeSpan.FromHours(1), isStream: true);

        Assert.Equal(new IncidentWaits(Longest: null, At(4_000), TimeSpan.FromSeconds(1)), Read(5_000));
    }

    [Fact]
    public void An_exhausted_pool_that_nobody_asks_is_unavailable_too()
    {
        _watch.Exhausted(At(2_000));
        _watch.Relieved(At(2_700));

        Assert.Equal(new IncidentWaits(Longest: null, LastError: null, TimeSpan.FromMilliseconds(700)), Read(5_000));
    }

    [Fact]
    public void An_attempt_that_failed_is_an_error_and_no_failed_request()
    {
        _watch.AttemptFailed(At(1_300));

        Assert.Equal(new IncidentWaits(Longest: null, At(1_300), TimeSpan.Zero), Read(5_000));
    }

    [Fact]
    public async Task A_failed_attempt_is_looked_at_before_the_engine_has_judged_it()
    {
        await using var gateway = RunningGateway.Build();
        var setup = gateway.Get<ConfigGate>().Current.Pools.First();
        var pool = new Pool(setup, PoolState.Create(setup.Definition, default));
        Assert.Null(pool.Watched);

        gateway.Inbox.AttemptFailed(pool, pool.Members["primary"], new Fault(FaultKind.Broken, "answer broke off"), streak: 1, isTrial: false);

        Assert.NotNull(pool.Watched!.Read(new Instant(long.MaxValue)).LastError);
    }

    [Fact]
    public async Task Nobody_is_looked_at_for_long_where_nothing_comes_of_it_nor_after_an_incident()
    {
        var time = new FakeTimeProvider();
        await using var gateway = await RunningGateway.StartAsync(time: time);
        gateway.Inbox.AttemptFailed(gateway.Pool, gateway.Pool.Members["secondary"], new Fault(FaultKind.Broken, "answer broke off"), streak: 1, isTrial: false);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(gateway.Pool.Watched);
        await Eventually.IsTrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return gateway.Pool.Watched is null;
        });

        await gateway.ProbedAsync("primary", passed: false);
        Assert.NotNull(gateway.Pool.Watched);
        await gateway.ProbedAsync("primary", passed: true);
        Assert.Null(gateway.Pool.Watched);
    }

    private static Instant At(int milliseconds) => new(TimeSpan.FromMilliseconds(milliseconds).Ticks);

    private void Ended(RequestEnd end, int at, int took) => _watch.Ended(end, At(at), TimeSpan.FromMilliseconds(took), isStream: false);

    private IncidentWaits Read(int at) => _watch.Read(At(at));
}
