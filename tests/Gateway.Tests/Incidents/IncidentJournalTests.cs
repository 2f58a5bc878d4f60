using Gateway.Core;
using Gateway.Failover.Engine;
using Gateway.Failover.Incidents;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gateway.Tests.Incidents;

/// <summary>A gateway's incidents over restarts, crashes, and when the disk does not want them.</summary>
public sealed class IncidentJournalTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-incidents");

    private string JournalPath => Path.Combine(_folder.FullName, "journal.jsonl");

    private string Place => Path.Combine(_folder.FullName, "journal.incidents.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("data/journal.jsonl", "data/journal.incidents.jsonl")]
    [InlineData("journal", "journal.incidents")]
    [InlineData("/var/x.y/j.log", "/var/x.y/j.incidents.log")]
    public void The_file_is_beside_the_journal(string journal, string incidents) => Assert.Equal(incidents, IncidentJournal.PathBeside(journal));

    [Fact]
    public async Task A_restart_keeps_incidents_their_numbers_and_the_sums()
    {
        List<Incident> before;
        Reliability sums;
        await using (var first = await StartAsync())
        {
            await SuspectAsync(first);
            await SuspectAsync(first);
            await StopAsync(first);
            before = [.. Of(first).Newest];
            sums = Of(first).Of(first.Pool).Figures;
        }

        await using var second = await StartAsync();
        Assert.Equal([2L, 1L], before.Select(incident => incident.Id));
        Assert.Equal(Lines(before), Lines(Of(second).Newest));
        await SuspectAsync(second);
        Assert.Equal([3L, 2, 1], Of(second).Newest.Select(incident => incident.Id));
        var after = Of(second).Of(second.Pool).Figures;
        Assert.Equal((sums.Since, 3L), (after.Since, after.Incidents));
        Assert.True(after.Observed > sums.Observed, $"{after.Observed} after {sums.Observed}");
    }

    [Fact]
    public async Task One_that_was_open_when_the_gateway_crashed_is_closed_at_the_next_start()
    {
        await using (var first = await StartAsync())
        {
            await first.ProbedAsync("secondary", passed: true);
            await first.ProbedAsync("primary", passed: false, times: 2);
            Assert.Equal(IncidentEnd.Open, Assert.Single(Of(first).Newest).End);
        }

        await using var second = await StartAsync();
        var incident = Assert.Single(Of(second).Newest);
        Assert.Equal((IncidentKind.Failover, IncidentEnd.GatewayStopped, 1L), (incident.Kind, incident.End, incident.Id));
        Assert.Contains("the gateway stopped before it was over", incident.Sentence, StringComparison.Ordinal);
        Assert.Equal(IncidentMomentKind.Stopped, incident.Timeline[^1].Kind);
        Assert.Equal(incident.EndedAt, incident.StartedAt + TimeSpan.FromMilliseconds(incident.DurationMs));
        Assert.True(second.Log.Has("the gateway stopped before it was over"));
        Assert.Equal((1L, 1L, 0L), Sums(Of(second).Of(second.Pool).Figures));
        Assert.False(Of(second).Of(second.Pool).IsOpen);

        // And stays so: it is not closed, nor counted, a second time.
        await second.DisposeAsync();
        await using var third = await StartAsync();
        Assert.Equal(incident.Sentence, Assert.Single(Of(third).Newest).Sentence);
        Assert.Equal((1L, 1L, 0L), Sums(Of(third).Of(third.Pool).Figures));
        Assert.False(third.Log.Has("the gateway stopped before it was over"));
    }

    [Fact]
    public async Task One_that_was_open_when_the_gateway_was_stopped_is_kept_with_all_that_was_known()
    {
        await using (var first = await StartAsync())
        {
            await first.ProbedAsync("secondary", passed: true);
            await first.ProbedAsync("primary", passed: false, times: 2);
            first.Pool.Counters.Count(RequestEnd.Rescued);
            await StopAsync(first);
        }

        await using var second = await StartAsync();
        Assert.Equal(1, Assert.Single(Of(second).Newest).Counts.Rescued);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(200)]
    public async Task A_torn_line_is_passed_over_with_one_sentence(int lost)
    {
        await using (var first = await StartAsync())
        {
            await SuspectAsync(first);
            await SuspectAsync(first);
        }

        var bytes = await File.ReadAllBytesAsync(Place);
        await File.WriteAllBytesAsync(Place, bytes[..^lost]);
        await using var second = await StartAsync();

        Assert.Single(second.Log.Lines, line => line.Message == $"The incidents in {Place} have 1 damaged lines; they were passed over.");
        Assert.Equal([2L, 1L], Of(second).Newest.Select(incident => incident.Id));
        Assert.Equal((IncidentEnd.GatewayStopped, IncidentEnd.Steady), (Of(second).Newest.First().End, Of(second).Newest.Last().End));
        await SuspectAsync(second);
        await second.DisposeAsync();
        await using var third = await StartAsync();
        Assert.Equal([3L, 2, 1], Of(third).Newest.Select(incident => incident.Id));
    }

    [Fact]
    public async Task Garbage_is_no_crash_and_a_flipped_bit_costs_its_line()
    {
        await using (var first = await StartAsync())
        {
            await SuspectAsync(first);
        }

        var good = await File.ReadAllTextAsync(Place);
        await File.WriteAllTextAsync(Place, good + "00000000 {}\n\0\0\0\n" + good.Replace("suspected", "Suspected", StringComparison.Ordinal));
        await using var second = await StartAsync();

        var incident = Assert.Single(Of(second).Newest);
        Assert.Contains("suspected", incident.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_are_kept_than_asked_for_neither_in_memory_nor_on_disk()
    {
        await using (var first = await StartAsync(("Failover:Incidents:Keep", "3")))
        {
            for (var round = 0; round < 100; round++)
            {
                await SuspectAsync(first);
            }

            Assert.Equal([100L, 99, 98], Of(first).Newest.Select(incident => incident.Id));
            Assert.Equal(100, Of(first).Of(first.Pool).Figures.Incidents);
        }

        Assert.InRange((await File.ReadAllLinesAsync(Place)).Length, 4, 125);
        await using var second = await StartAsync(("Failover:Incidents:Keep", "3"));
        Assert.Equal([100L, 99, 98], Of(second).Newest.Select(incident => incident.Id));
        Assert.Equal(100, Of(second).Of(second.Pool).Figures.Incidents);
    }

    [Fact]
    public async Task A_disk_that_takes_nothing_costs_lines_and_nothing_else()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "taken"), "a file where a folder should be");
        await using var gateway = await StartAsync(("Failover:Journal:Path", Path.Combine(_folder.FullName, "taken", "journal.jsonl")));

        await SuspectAsync(gateway);

        Assert.Single(Of(gateway).Newest);
        var journal = gateway.Get<IncidentJournal>();
        await Eventually.IsTrueAsync(() => journal.Lost >= 2 && journal.Failing);
        Assert.True(gateway.Log.Has("Incidents cannot be written; serving goes on"));
        Assert.Contains("gateway_journal_failing 1", await gateway.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_cannot_be_read_is_left_alone()
    {
        Directory.CreateDirectory(Place);
        await using var gateway = await StartAsync();
        await SuspectAsync(gateway);

        Assert.Single(Of(gateway).Newest);
        await Eventually.IsTrueAsync(() => gateway.Get<IncidentJournal>().Failing);
        Assert.True(Directory.Exists(Place));
    }

    [Fact]
    public async Task A_pool_that_is_taken_out_takes_its_incident_to_its_end()
    {
        var time = new FakeTimeProvider();
        await using var gateway = await RunningGateway.StartAsync(
            Settings.TwoTiers().With("ReverseProxy:Clusters:shop:Destinations:stall:Address", "http://stall.test/").With("Failover:Pools:shop:Tiers:0", "stall"), time);
        await gateway.ProbedAsync("primary", passed: false);
        gateway.Settings.Without("ReverseProxy:Clusters:api").Without("ReverseProxy:Routes:api").Without("Failover:Pools:api");
        await gateway.ReloadAsync();

        time.Advance(TimeSpan.FromSeconds(1));

        await Eventually.EqualAsync(IncidentEnd.PoolRemoved, () => Of(gateway).Newest.Single(incident => incident.Pool == "api").End);
    }

    private static IncidentReactor Of(RunningGateway gateway) => gateway.Get<IncidentReactor>();

    private static (long Incidents, long Failures, long Repaired) Sums(Reliability figures) => (figures.Incidents, figures.Failures, figures.Repaired);

    private static IEnumerable<string> Lines(IEnumerable<Incident> incidents) =>
        incidents.Select(incident => System.Text.Encoding.UTF8.GetString(JournalFormat.Line(incident)));

    private static async Task SuspectAsync(RunningGateway gateway)
    {
        await gateway.ProbedAsync("primary", passed: false);
        await gateway.ProbedAsync("primary", passed: true);
    }

    // What the host does last.
    private static Task StopAsync(RunningGateway gateway) =>
        gateway.Services.GetServices<IHostedService>().OfType<IncidentScheduler>().Single().StoppedAsync(CancellationToken.None);

    private Task<RunningGateway> StartAsync(params (string Key, string Value)[] settings)
    {
        var all = Settings.TwoTiers().With("Failover:Journal:Path", JournalPath);
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return RunningGateway.StartAsync(all);
    }
}
