using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>The verdict, an operator's words and the history outlive the process; a journal in any state never keeps a gateway from serving.</summary>
public sealed class JournalTests(ITestOutputHelper output) : EndToEndTest(output)
{
    [Theory]
    [InlineData(nameof(Signal.Terminate))]
    [InlineData(nameof(Signal.Kill))]
    public async Task A_restart_keeps_the_verdict_the_operators_words_and_the_history(string signal)
    {
        var (primary, secondary) = await BackendsAsync();
        var third = await BackendAsync("third");
        var config = ConfigFor(primary, secondary, third);
        config["Failover:Pools:api:Failback:Mode"] = "Manual";
        // No trials meanwhile: who answers is to be the verdict's backend.
        config["Failover:Pools:api:Judging:EjectionTime"] = "1h";
        var first = await GatewayAsync(config);
        var gets = Gets(first, perSecond: 50);
        await primary.FailAsync("error");
        await first.ActiveAsync("secondary");
        await first.MeasuredChangesAsync(1);
        await gets.StopAsync();
        await first.CommandAsync("pools/api/switchover", new { to = "third" });
        Assert.Equal(["third"], await AnsweredByAsync(first));
        await first.MeasuredChangesAsync(2);
        await first.CommandAsync("pools/api/hold");
        await first.CommandAsync("pools/api/backends/secondary/drain");
        var (before, changes) = (await first.PoolAsync(), await first.ChangesAsync());
        // An operator's word is in the file when the answer is given, or very soon after.
        await Eventually.TrueAsync("the last word is written", () => Journal.Read(Folder.Journal)[^1].Kind == "BackendAdminChanged");

        first.Send(Enum.Parse<Signal>(signal));
        await first.ExitAsync();
        await primary.RecoverAsync();
        var again = Launch("--config", config.Path);
        var after = await again.PoolAsync("the third is up", pool => pool.Backend("third").Health == "up");

        Assert.Equal((before.Epoch, "third", true, true), (after.Epoch, after.Active, after.Held, after.Pinned));
        Assert.Equal(before.Cause, after.Cause);
        Assert.Equal("draining", after.Backend("secondary").Admin);
        Assert.Equal(changes, await again.ChangesAsync());
        Assert.Equal(["third"], await AnsweredByAsync(again));

        // It goes on where it was: numbers grow, nothing is told twice.
        await again.CommandAsync("pools/api/release");
        await again.CommandAsync("pools/api/backends/secondary/enable");
        await again.CommandAsync("pools/api/switchover", new { to = "secondary", expectedEpoch = after.Epoch });
        Assert.Equal(after.Epoch + 1, (await again.ActiveAsync("secondary")).Epoch);
        await Eventually.TrueAsync("the change is written", () => Journal.Read(Folder.Journal)[^1].Epoch == after.Epoch + 1);
        var numbers = Journal.Read(Folder.Journal).Select(entry => entry.Seq).ToList();
        Assert.Equal(numbers.Distinct().Order(), numbers);
    }

    [Fact]
    public async Task A_torn_last_line_is_dropped_and_garbage_in_the_middle_is_passed_over()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        var first = await GatewayAsync(config);
        await first.CommandAsync("pools/api/switchover", new { to = "secondary" });
        await first.CommandAsync("pools/api/hold");
        await Eventually.TrueAsync("the hold is written", () => Journal.Read(Folder.Journal).Any(entry => entry.Kind == "HoldPlaced"));
        await first.KillAsync();

        var lines = Journal.Lines(Folder.Journal).ToList();
        lines.InsertRange(lines.Count / 2, ["garbage", "\0\0\0\0\0\0\0\0\0\0\0\0", "deadbeef {\"seq\":999,\"kind\":\"HoldReleased\",\"pool\":\"api\"}"]);
        var release = lines[^1].Replace("HoldPlaced", "HoldReleased", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Folder.Journal, string.Join('\n', lines) + "\n" + release + "\n" + lines[1][..20]);
        var again = Launch("--config", config.Path);
        var pool = await again.AllUpAsync();

        Assert.Equal(("secondary", 2L, true), (pool.Active, pool.Epoch, pool.Held));
        await again.SaysAsync("has 5 damaged lines");
        await again.CommandAsync("pools/api/release");
        await Eventually.TrueAsync("the release is written on a line of its own", () => Journal.Read(Folder.Journal).Any(entry => entry.Kind == "HoldReleased"));
        await again.KillAsync();
        var third = Launch("--config", config.Path);
        Assert.False((await third.AllUpAsync()).Held);
    }

    [Fact]
    public async Task A_journal_that_cannot_be_written_costs_no_request_and_no_verdict_and_shows_in_the_metrics()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        var blocked = Folder.File("blocked");
        await File.WriteAllTextAsync(blocked, "a file where a folder should be");
        config["Failover:Journal:Path"] = Path.Combine(blocked, "journal.jsonl");
        var gateway = await GatewayAsync(config);
        var gets = Gets(gateway);
        await gets.AnswersComeFromAsync("primary");
        await Eventually.TrueAsync("the metrics say so", async () => (await gateway.MetricsAsync()).Sum("gateway_journal_failing") == 1);

        await primary.KillAsync();
        await gateway.ActiveAsync("secondary");
        await gets.AnswersComeFromAsync("secondary");
        Assert.True((await gateway.MetricsAsync()).Sum("gateway_journal_lost_total") > 0);

        File.Delete(blocked);
        await primary.RestartAsync();
        await gateway.ActiveAsync("primary");
        await Eventually.TrueAsync("the journal has healed", async () => (await gateway.MetricsAsync()).Sum("gateway_journal_failing") == 0);
        await gets.StopAsync();

        gets.AssertNothingFailed();
        Assert.Contains(Journal.Read(Path.Combine(blocked, "journal.jsonl")), entry => entry.Kind == "ActiveChanged");
    }

    [Fact]
    public async Task A_gateway_that_is_killed_in_the_middle_of_changes_resumes_at_one_that_it_had_written()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        long written = 1;
        for (var life = 1; life <= 4; life++)
        {
            var gateway = await GatewayAsync(config);
            var started = await gateway.PoolAsync();
            Assert.Equal(written, started.Epoch);
            Assert.Equal(started.Epoch - 1, (await gateway.ChangesAsync()).Count);

            using var stop = new CancellationTokenSource();
            var changing = SwitchAsync(gateway, stop.Token);
            await Eventually.TrueAsync("some changes", async () => (await gateway.PoolAsync()).Epoch > started.Epoch + 5);
            gateway.Send(Signal.Kill);
            await stop.CancelAsync();
            await changing;
            await gateway.ExitAsync();
            written = Journal.Read(Folder.Journal).Where(entry => entry.Kind == "ActiveChanged").Max(entry => entry.Epoch!.Value);
        }
    }

    private static async Task<IEnumerable<string>> AnsweredByAsync(GatewayProcess gateway)
    {
        using var response = await gateway.Http.GetAsync("api/data");
        return response.Headers.GetValues("X-Failover-Backend");
    }

    private static async Task SwitchAsync(GatewayProcess gateway, CancellationToken stop)
    {
        try
        {
            for (var number = 0; !stop.IsCancellationRequested; number++)
            {
                using var body = new StringContent($$"""{"to":"{{(number % 2 == 0 ? "secondary" : "primary")}}"}""");
                using var _ = await gateway.Http.PostAsync("proxy/pools/api/switchover", body, CancellationToken.None);
            }
        }
        catch (HttpRequestException)
        {
            // It was killed.
        }
    }
}
