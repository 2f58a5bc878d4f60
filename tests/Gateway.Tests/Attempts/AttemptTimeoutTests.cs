using Gateway.Failover.Attempts;

namespace Gateway.Tests.Attempts;

/// <summary>Deadlines are pooled; none may go off for a request that came later.</summary>
public class AttemptTimeoutTests
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    [Fact]
    public async Task It_goes_off_after_its_time()
    {
        var timeout = AttemptTimeout.Start(TimeSpan.FromMilliseconds(5), CancellationToken.None);
        await Eventually.IsTrueAsync(() => timeout.Expired);
        Assert.True(timeout.Token.IsCancellationRequested);
        timeout.End(reusable: true);
    }

    [Fact]
    public void It_goes_off_with_its_request_and_not_with_one_before()
    {
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var ended = AttemptTimeout.Start(Never, first.Token);
        ended.End(reusable: true);
        var running = AttemptTimeout.Start(Never, second.Token);

        first.Cancel();
        Assert.False(running.Expired);
        second.Cancel();
        Assert.True(running.Expired);
        running.End(reusable: true);
    }

    [Fact]
    public void One_that_has_gone_off_is_not_used_again()
    {
        using var gone = new CancellationTokenSource();
        gone.Cancel();
        for (var round = 0; round < 100; round++)
        {
            var spent = AttemptTimeout.Start(Never, gone.Token);
            Assert.True(spent.Expired);
            spent.End(reusable: true);
            var fresh = AttemptTimeout.Start(Never, CancellationToken.None);
            Assert.False(fresh.Expired);
            fresh.End(reusable: true);
        }
    }

    [Fact]
    public async Task However_close_the_race_nobody_gets_a_deadline_that_another_has_used_up()
    {
        // Each deadline ends about when it goes off; whoever takes it next must find it fresh, and so it must stay.
        var early = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var round = 0; round < 300; round++)
            {
                var close = AttemptTimeout.Start(TimeSpan.FromMilliseconds(1), CancellationToken.None);
                SpinWait.SpinUntil(() => close.Expired, TimeSpan.FromMilliseconds(round % 3));
                close.End(reusable: true);
                var next = AttemptTimeout.Start(Never, CancellationToken.None);
                Thread.Yield();
                Interlocked.Add(ref early, next.Expired ? 1 : 0);
                next.End(reusable: true);
            }
        })));
        Assert.Equal(0, early);
    }

    [Fact]
    public void One_that_somebody_still_holds_is_not_given_to_another_and_does_not_go_off()
    {
        var held = AttemptTimeout.Start(Never, CancellationToken.None);
        var token = held.Token;
        held.End(reusable: false);
        var next = AttemptTimeout.Start(Never, CancellationToken.None);
        Assert.NotEqual(token, next.Token);
        Assert.False(token.IsCancellationRequested);
        next.End(reusable: true);
    }
}
