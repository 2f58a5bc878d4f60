using Gateway.Core;
using Gateway.Failover.Engine;

namespace Gateway.Tests.Engine;

/// <summary>A gateway's journal over restarts, and when the disk does not want it.</summary>
public sealed class JournalTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-journal");

    private string Place => Path.Combine(_folder.FullName, "journal.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_restart_keeps_the_verdict_the_history_its_numbers_and_its_id()
    {
        string id;
        await using (var first = await StartAsync())
        {
            await first.ProbedAsync("secondary", passed: true);
            await first.ProbedAsync("primary", passed: false, times: 2);
            await first.Inbox.AskAsync("api", new Command.Hold(), "a test", CancellationToken.None);
            id = first.Get<History>().Id;
            Assert.Null(first.Get<History>().Changes[0].Measured);
        }

        await using var second = await StartAsync();

        var history = second.Get<History>();
        Assert.Equal((id, 5L), (history.Id, history.LastSequence));
        Assert.Equal(["BackendCameUp", "BackendSuspected", "BackendWentDown", "ActiveChanged", "HoldPlaced"], history.Events.Select(e => e.Event.GetType().Name));
        Assert.Equal("The gateway stopped before this change was measured.", Assert.Single(history.Changes).Measured!.Sentence);
        Assert.Equal(("secondary", true), (second.Pool.View.State.Active.Name, second.Pool.View.State.Held));
        Assert.Equal(Health.Down, second.State("primary").Health);
        Assert.True(second.Log.Has("Pool api starts on secondary at epoch 2."));
        await second.ProbedAsync("secondary", passed: true);
        Assert.Equal(6, history.LastSequence);
    }

    [Fact]
    public async Task At_its_bound_it_is_rewritten_and_the_state_it_restores_is_the_state_before()
    {
        PoolState before;
        await using (var first = await StartAsync(("Failover:Journal:MaxBytes", "65536")))
        {
            await first.Inbox.AskAsync("api", new Command.Drain(new BackendId("secondary")), "a test", CancellationToken.None);
            await first.ProbedAsync("secondary", passed: false, times: 2);
            for (var round = 0; !first.Log.Has("The journal reached its bound"); round++)
            {
                await first.Inbox.AskAsync("api", round % 2 == 0 ? new Command.Hold() : new Command.Release(), "a test", CancellationToken.None);
            }

            before = first.Pool.View.State;
            Assert.Equal(0, first.Get<Journal>().Lost);
        }

        Assert.InRange(new FileInfo(Place).Length, 10_000, 65_536);
        await using var second = await StartAsync();
        var after = second.Pool.View.State;
        Assert.Equal((before.Held, before.Epoch, before.Active), (after.Held, after.Epoch, after.Active));
        Assert.Equal((Admin.Draining, Health.Down), (second.State("secondary").Admin, second.State("secondary").Health));
        Assert.Equal(before.Backends[new BackendId("secondary")].Finding, second.State("secondary").Finding);
    }

    [Fact]
    public async Task One_that_cannot_be_read_is_left_alone_and_the_gateway_starts()
    {
        Directory.CreateDirectory(Place);
        await using var gateway = await StartAsync();

        await gateway.ProbedAsync("primary", passed: true);

        // The writer has its own pace.
        await Eventually.IsTrueAsync(() => gateway.Get<Journal>().Failing || gateway.Get<Journal>().Lost > 0);
        Assert.True(Directory.Exists(Place));
        Assert.Equal(1, gateway.Get<History>().LastSequence);
    }

    [Fact]
    public async Task One_that_cannot_be_written_costs_entries_which_are_counted_and_heals()
    {
        var file = Path.Combine(_folder.FullName, "not-a-folder");
        await File.WriteAllTextAsync(file, "in the way");
        await using var gateway = await StartAsync(("Failover:Journal:Path", Path.Combine(file, "journal.jsonl")));
        var journal = gateway.Get<Journal>();

        await gateway.ProbedAsync("primary", passed: true);
        await Eventually.EqualAsync(1L, () => journal.Lost);
        await Eventually.IsTrueAsync(() => journal.Failing);
        await Eventually.IsTrueAsync(() => gateway.Log.Has("The journal cannot be written; serving goes on, events are lost."));

        File.Delete(file);
        await gateway.ProbedAsync("secondary", passed: true);
        await Eventually.EqualAsync(expected: false, () => journal.Failing);
        Assert.Equal(1, journal.Lost);
        await Eventually.IsTrueAsync(() => gateway.Log.Has("The journal can be written again."));
    }

    [Fact]
    public async Task Damaged_lines_are_said_and_passed_over()
    {
        await File.WriteAllTextAsync(Place, "nonsense\nmore nonsense\n");
        await using var gateway = await StartAsync();
        Assert.True(gateway.Log.Has("has 2 damaged lines; they were passed over."));
    }

    [Fact]
    public async Task Without_a_path_events_are_kept_in_memory_only()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await gateway.ProbedAsync("primary", passed: true);
        Assert.Equal((1L, false, 0L), (gateway.Get<History>().LastSequence, gateway.Get<Journal>().Failing, gateway.Get<Journal>().Lost));
    }

    private Task<RunningGateway> StartAsync(params (string Key, string Value)[] more)
    {
        var settings = Settings.TwoTiers().With("Failover:Journal:Path", Place);
        return RunningGateway.StartAsync(more.Aggregate(settings, (all, one) => all.With(one.Key, one.Value)));
    }
}
