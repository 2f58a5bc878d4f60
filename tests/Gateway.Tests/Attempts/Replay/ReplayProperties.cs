using FsCheck;
using FsCheck.Fluent;
using Gateway.Failover.Attempts.Replay;

namespace Gateway.Tests.Attempts.Replay;

/// <summary>Invariants 3 and 6 of the data path: whatever breaks where, an attempt sends the client's body from its beginning, byte by byte.</summary>
public class ReplayProperties
{
    private const int Cases = 200;

    private enum Ending
    {
        Breaks,
        IsCancelled,
        IsDetached,
        IsSuperseded,
        StaysDeaf,
    }

    [Fact]
    public void Every_attempt_that_completes_has_sent_exactly_the_clients_bytes() =>
        Prop.ForAll(Plans().ToArbitrary(), plan => Run(plan)).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases));

    private static Gen<Plan> Plans() =>
        from reads in Gen.Choose(1, 60_000).Or(Gen.Choose(1, 50)).ListOf()
        from limit in Gen.Choose(0, 200_000).Or(Gen.Choose(0, 300))
        from total in Gen.Choose(0, 300_000)
        from knowsLength in Gen.Elements(true, false)
        from slowly in Gen.Elements(true, false)
        from failures in Failures().ListOf()
        select new Plan([.. reads.Take(12)], limit, total, knowsLength, slowly, [.. failures.Take(4)]);

    private static Gen<Failure> Failures() =>
        from ending in Gen.Elements(Enum.GetValues<Ending>())
        from after in Gen.Choose(0, 100_000).Or(Gen.Choose(0, 100))
        from slowly in Gen.Elements(true, false)
        select new Failure(ending, after, slowly);

    // The engine of the properties waits for nobody.
    private static bool Run(Plan plan) => Task.Run(() => RunAsync(plan)).GetAwaiter().GetResult();

    private static async Task<bool> RunAsync(Plan plan)
    {
        var bytes = new byte[plan.Reads.Sum()];
        new Random(bytes.Length).NextBytes(bytes);
        var all = new ReplayLimit(plan.Total);
        var client = new ClientBody(plan.KnowsLength ? bytes.Length : null);
        var body = new ReplayBody(client, plan.Limit, all);
        var feeding = Task.Run(() => FeedAsync(client, bytes, plan));
        var attempts = await TryAllAsync(body, plan, all);
        await feeding;
        body.Dispose();
        await client.Consumption;

        Assert.Equal(0, all.BytesHeld);
        Assert.False(body.ClientFailed);
        Assert.All(attempts, attempt => Assert.Equal(bytes[..attempt.Seen.Length], attempt.Seen));
        Assert.All(attempts, attempt => Assert.True(!attempt.IsWhole || attempt.Seen.Length == bytes.Length));
        Assert.True(attempts.Count <= 1 || plan.Limit > 0);
        // Blocks double, so what is reserved is at most twice the body and one block more.
        var fits = plan.Limit > 0 && bytes.Length <= plan.Limit && (2 * bytes.Length) + 65_536 <= plan.Total;
        Assert.True(!fits || (attempts.Count == plan.Failures.Length + 1 && attempts[^1].IsWhole));
        return true;
    }

    private static async Task FeedAsync(ClientBody client, byte[] bytes, Plan plan)
    {
        var at = 0;
        foreach (var read in plan.Reads)
        {
            client.Send(bytes[at..(at += read)]);
            if (plan.Slowly)
            {
                await Task.Yield();
            }
        }

        client.End();
    }

    // Each failure in turn, as long as the body allows another attempt, and then a good one.
    private static async Task<List<(byte[] Seen, bool IsWhole)>> TryAllAsync(ReplayBody body, Plan plan, ReplayLimit all)
    {
        var made = new List<(BackendStream Stream, Task Sending)>();
        foreach (var failure in plan.Failures)
        {
            made.Add(await FailAsync(body, failure, () => made.ForEach(attempt => attempt.Stream.BreakNow())));
            Assert.InRange(all.BytesHeld, 0, plan.Total);
            if (!body.CanReplay)
            {
                break;
            }
        }

        if (made.Count == 0 || body.CanReplay)
        {
            var last = new BackendStream { IsSlow = plan.Slowly };
            var sending = body.NewContent(default).CopyToAsync(last);
            made.ForEach(attempt => attempt.Stream.BreakNow());
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.True(sending.IsCompletedSuccessfully || !body.CanReplay);
            made.Add((last, sending));
        }

        made.ForEach(attempt => attempt.Stream.BreakNow());
        await Task.WhenAll(made.Select(attempt => attempt.Sending)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return made.ConvertAll(attempt => (attempt.Stream.Seen, attempt.Sending.IsCompletedSuccessfully));
    }

    // A deaf stream breaks when its successor has begun, as does a connection that is closed at last.
    private static async Task<(BackendStream Stream, Task Sending)> FailAsync(ReplayBody body, Failure failure, Action breakEarlier)
    {
        var stream = failure.Ending == Ending.Breaks
            ? new BackendStream { BreaksAfter = failure.After, IsSlow = failure.Slowly }
            : new BackendStream { WaitsAfter = failure.After, IsSlow = failure.Slowly, IsDeaf = failure.Ending == Ending.StaysDeaf };
        using var cancel = new CancellationTokenSource();
        var sending = body.NewContent(cancel.Token).CopyToAsync(stream, cancel.Token);
        breakEarlier();
        if (failure.Ending != Ending.Breaks)
        {
            await Eventually.IsTrueAsync(() => stream.Waits || sending.IsCompleted);
        }

        switch (failure.Ending)
        {
            case Ending.IsCancelled:
                await cancel.CancelAsync();
                break;
            case Ending.IsDetached:
                await body.DetachAsync();
                break;
            case Ending.IsSuperseded or Ending.StaysDeaf when body.CanReplay:
                return (stream, sending);
            default:
                stream.BreakNow();
                break;
        }

        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return (stream, sending);
    }

    private sealed record Plan(int[] Reads, int Limit, int Total, bool KnowsLength, bool Slowly, Failure[] Failures)
    {
        public override string ToString() => $"reads {string.Join(' ', Reads)}; limit {Limit}, total {Total}, known {KnowsLength}, slow {Slowly}; "
            + string.Join(", ", Failures.Select(failure => failure.ToString()));
    }

    private sealed record Failure(Ending Ending, int After, bool Slowly);
}
