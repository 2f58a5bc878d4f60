using Gateway.Core;
using Gateway.Failover.Engine;

namespace Gateway.Tests.Attempts;

public class OutcomeWindowTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly Backend _backend = new("primary");

    [Fact]
    public void It_holds_what_happened_within_the_window_and_no_more()
    {
        Do(good: 100, failed: 10);
        Assert.Equal((110L, 10L), Read(0));
        Do(good: 5, failed: 5);
        Assert.Equal((120L, 15L), Read(5));
        // What was read at 0 is ten seconds old.
        Assert.Equal((10L, 5L), Read(10));
        Assert.Equal((0L, 0L), Read(15));
    }

    [Fact]
    public void Who_comes_back_begins_anew()
    {
        Do(good: 0, failed: 30);
        Read(0);
        _backend.ComeBack();
        Assert.Equal((0L, 0L), Read(1));
        Do(good: 4, failed: 0);
        Assert.Equal((4L, 0L), Read(2));
    }

    // Nobody knows yet whose fault a poison request is, and a client that left says nothing.
    [Fact]
    public void Only_what_says_something_of_the_backend_is_counted()
    {
        _backend.Count(AttemptEnd.ClientLeft);
        _backend.Count(AttemptEnd.Lost);
        _backend.Count(AttemptEnd.Cut);
        _backend.Count(AttemptEnd.Status);
        Assert.Equal((1L, 0L), Read(0));
    }

    private void Do(int good, int failed)
    {
        for (var count = 0; count < good; count++)
        {
            _backend.Count(AttemptEnd.Good);
        }

        for (var count = 0; count < failed; count++)
        {
            _backend.Count(AttemptEnd.Broken);
            _backend.AddToStreak();
        }
    }

    private (long Attempts, long Failed) Read(int second)
    {
        var outcomes = _backend.Outcomes.Read(_backend, new Instant(0) + TimeSpan.FromSeconds(second), Window);
        return (outcomes.Attempts, outcomes.Failed);
    }
}
