using Gateway.Failover.Attempts;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;

namespace Gateway.Tests.Attempts;

public class RouteWatchTests
{
    private readonly RouteWatch _route = new("orders", new FailoverRouteOptions(), new HedgingOptions());
    private readonly Backend _primary = new("primary");
    private readonly Backend _secondary = new("secondary");

    [Fact]
    public void Silence_is_unusual_only_once_it_is_known_what_is_usual()
    {
        Answer(_primary, 49, TimeSpan.FromMilliseconds(1));
        _route.Learn(new HedgingOptions(), new StallOptions());
        Assert.Equal(TimeSpan.MaxValue, _route.SlowAfter);
        Assert.Equal(TimeSpan.FromSeconds(1), _route.LaneOf(_primary).HedgeAfter);

        Answer(_primary, 1, TimeSpan.FromMilliseconds(1));
        _route.Learn(new HedgingOptions(), new StallOptions());
        Assert.Equal(TimeSpan.FromMilliseconds(50), _route.SlowAfter);
        Assert.Equal(TimeSpan.FromMilliseconds(20), _route.LaneOf(_primary).HedgeAfter);
    }

    [Fact]
    public void A_slow_route_is_given_a_multiple_of_its_own_time()
    {
        Answer(_primary, 200, TimeSpan.FromMilliseconds(100));
        _route.Learn(new HedgingOptions(), new StallOptions());
        Assert.InRange(_route.SlowAfter, TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(625));
        Assert.InRange(_route.LaneOf(_primary).HedgeAfter, TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(375));
    }

    [Fact]
    public void Long_polls_are_usual_where_they_are_usual()
    {
        Answer(_primary, 80, TimeSpan.FromMilliseconds(1));
        Answer(_primary, 20, TimeSpan.FromSeconds(30));
        _route.Learn(new HedgingOptions(), new StallOptions());
        Assert.True(_route.SlowAfter > TimeSpan.FromSeconds(120));
    }

    [Fact]
    public void A_cold_standby_is_held_to_what_the_route_is_used_to()
    {
        Answer(_primary, 100, TimeSpan.FromMilliseconds(40));
        _ = _route.LaneOf(_secondary);
        _route.Learn(new HedgingOptions(), new StallOptions());
        Assert.InRange(_route.SlowAfter, TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(250));
    }

    [Fact]
    public void A_route_that_is_marked_slow_is_never_found_silent()
    {
        var marked = new RouteWatch("reports", new FailoverRouteOptions { Slow = true }, new HedgingOptions());
        var lane = marked.LaneOf(_primary);
        foreach (var _ in Enumerable.Range(0, 100))
        {
            lane.Answered(TimeSpan.FromMilliseconds(1), now: 1);
        }

        marked.Learn(new HedgingOptions(), new StallOptions());
        Assert.Equal(TimeSpan.MaxValue, marked.SlowAfter);
    }

    [Fact]
    public void One_answer_in_time_ends_a_silence_and_a_late_one_does_not()
    {
        Answer(_primary, 100, TimeSpan.FromMilliseconds(1));
        _route.Learn(new HedgingOptions(), new StallOptions());
        var lane = _route.LaneOf(_primary);
        lane.NoteSilence(began: 10, now: 60);
        lane.NoteSilence(began: 20, now: 70);
        Assert.Equal((2, 10, 70), (lane.Silent, lane.SilentSince, lane.LastSilent));

        Assert.False(lane.Answered(TimeSpan.FromMilliseconds(80), now: 90));
        Assert.Equal(2, lane.Silent);
        Assert.True(lane.Answered(TimeSpan.FromMilliseconds(2), now: 100));
        Assert.Equal(0, lane.Silent);
        Assert.False(lane.Answered(TimeSpan.FromMilliseconds(2), now: 110));
    }

    [Fact]
    public void An_attempt_that_its_hedge_overtook_belongs_to_a_row_and_never_begins_one()
    {
        var lane = _route.LaneOf(_primary);
        lane.NoteOvertaken(isNoted: false, now: 10);
        Assert.Equal(0, lane.Silent);

        lane.NoteSilence(began: 20, now: 30);
        lane.NoteOvertaken(isNoted: true, now: 40);
        Assert.Equal((1, 40L), (lane.Silent, lane.LastSilent));

        lane.NoteOvertaken(isNoted: false, now: 50);
        Assert.Equal((2, 50L, 20L), (lane.Silent, lane.LastSilent, lane.SilentSince));
    }

    [Fact]
    public void Another_backend_that_answers_shows_that_it_is_not_the_request()
    {
        Assert.False(_route.AnsweredBesides(_primary, since: 50));
        _route.LaneOf(_primary).Answered(TimeSpan.Zero, now: 60);
        Assert.False(_route.AnsweredBesides(_primary, since: 50));
        _route.LaneOf(_secondary).Answered(TimeSpan.Zero, now: 60);
        Assert.True(_route.AnsweredBesides(_primary, since: 50));
        Assert.False(_route.AnsweredBesides(_primary, since: 61));
    }

    [Theory]
    [InlineData(0.5, 1_000)]
    [InlineData(0.95, 50_000)]
    [InlineData(0.999, 2_000_000)]
    public void A_quantile_is_off_by_a_quarter_at_most(double quantile, int microseconds)
    {
        var recent = new RecentLatency();
        Record(recent, 94, 1_000);
        Record(recent, 5, 50_000);
        Record(recent, 1, 2_000_000);
        Assert.InRange(recent.Quantile(quantile, 50)!.Value.TotalMicroseconds, microseconds, microseconds * 1.25);
    }

    [Fact]
    public void What_is_usual_follows_what_happens()
    {
        var recent = new RecentLatency();
        Record(recent, 2_000, 1_000);
        for (var second = 0; second < 8; second++)
        {
            Record(recent, 200, 100_000);
            _ = recent.Quantile(0.5, 50);
        }

        Assert.InRange(recent.Quantile(0.5, 50)!.Value.TotalMilliseconds, 100, 125);
    }

    private void Answer(Backend backend, int times, TimeSpan took)
    {
        foreach (var _ in Enumerable.Range(0, times))
        {
            _route.LaneOf(backend).Answered(took, now: 1);
        }
    }

    private static void Record(RecentLatency recent, int times, int microseconds)
    {
        foreach (var _ in Enumerable.Range(0, times))
        {
            recent.Record(TimeSpan.FromMicroseconds(microseconds));
        }
    }
}
