using Gateway.Core;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;

namespace Gateway.Tests.Engine;

public class HistoryTests
{
    private static readonly PoolId Api = new("api");

    [Fact]
    public async Task It_keeps_the_latest_events_and_changes_and_no_more()
    {
        await using var gateway = RunningGateway.Build(Settings.TwoTiers().With("Failover:Engine:HistorySize", "10"));
        var history = new History(gateway.Get<ConfigGate>());

        for (var epoch = 2; epoch < 40; epoch++)
        {
            history.Record(DateTimeOffset.UnixEpoch, Api, Changed(epoch));
        }

        Assert.Equal(38, history.LastSequence);
        Assert.Equal(Enumerable.Range(29, 10).Select(number => (long)number), history.Events.Select(record => record.Sequence));
        Assert.Equal(Enumerable.Range(30, 10).Reverse().Select(number => (long)number), history.Changes.Select(change => change.Change.Epoch.Number));
        Assert.Null(history.Find(Api, new Epoch(29)));
        Assert.NotNull(history.Find(Api, new Epoch(30)));
    }

    [Fact]
    public async Task A_change_gets_its_figures_and_only_its_own()
    {
        await using var gateway = RunningGateway.Build();
        var history = new History(gateway.Get<ConfigGate>());
        history.Record(DateTimeOffset.UnixEpoch, Api, Changed(2));
        history.Record(DateTimeOffset.UnixEpoch, new PoolId("shop"), Changed(2));

        history.Record(DateTimeOffset.UnixEpoch, Api, Measured(2));
        history.Record(DateTimeOffset.UnixEpoch, Api, Measured(7));

        Assert.NotNull(history.Find(Api, new Epoch(2))!.Measured);
        Assert.Null(history.Find(new PoolId("shop"), new Epoch(2))!.Measured);
    }

    [Fact]
    public async Task What_is_open_at_the_start_is_closed_without_figures()
    {
        await using var gateway = RunningGateway.Build();
        var history = new History(gateway.Get<ConfigGate>());
        history.Add(new Recorded(7, DateTimeOffset.UnixEpoch, Api, Changed(2)));

        history.CloseOpenChanges("The gateway stopped.");

        var closed = history.Find(Api, new Epoch(2))!.Measured!;
        Assert.Equal("The gateway stopped.", closed.Sentence);
        Assert.Equal((TimeSpan.FromSeconds(1), null), (closed.Detection, closed.Failover));
        Assert.Equal((7L, 1), (history.LastSequence, history.Events.Count));
    }

    private static PoolEvent.ActiveChanged Changed(long epoch) => new(
        new Instant(TimeSpan.TicksPerSecond), new Epoch(epoch), ChangeKind.Failover, "primary", "secondary", [new BackendId("secondary")],
        Cause.ProbeFailed, new Instant(0), default, Pinned: false, "It moved.");

    private static PoolEvent.ChangeMeasured Measured(long epoch) => new(
        default, new Epoch(epoch), ChangeKind.Failover, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(5), new Tally(10, 0, 2), "It cost.");
}
