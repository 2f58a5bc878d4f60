using System.Net.Http.Json;
using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>What an outage leaves behind: a report whose numbers are those of the history, of the metrics and of the clients.</summary>
public sealed class IncidentTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private readonly ITestOutputHelper _output = output;

    [Fact]
    public async Task A_backend_that_is_killed_under_load_is_reported_as_it_was()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        var gateway = await GatewayAsync(config);
        var (gets, posts) = (Gets(gateway), Posts(gateway));
        await gets.AnswersComeFromAsync("primary", more: 100);

        primary.Send(Signal.Kill);
        var change = (await gateway.MeasuredChangesAsync(1)).Single();
        var incident = await FailoverAsync(gateway, one => one.Latency!.After is not null);
        await Task.WhenAll(gets.StopAsync(), posts.StopAsync());

        _output.WriteLine(await gateway.Http.GetStringAsync($"proxy/incidents/{incident.Id}.md"));
        Assert.Equal("steady", incident.End);
        Assert.Equal((change.DetectionMs, change.FailoverMs), (incident.DetectionMs, incident.FailoverMs));
        Assert.Equal((change.Requests, change.Failed, change.Rescued), (incident.Counts.Requests, incident.Counts.Failed, incident.Counts.Rescued));
        Assert.InRange(incident.LongestWaitMs!.Value, 0.001, Math.Max(gets.Longest.TotalMilliseconds, posts.Longest.TotalMilliseconds));
        Assert.NotNull(incident.Latency!.Before);
        Assert.NotNull(incident.Latency.During);
        AssertTimeline(incident, change);
        await AssertMetricsAsync(gateway, incident);
        await AssertReliabilityAsync(gateway, incident, gets.Sent + posts.Sent);
        Assert.Contains($"failover [api] incident {incident.Id} is over. {incident.Sentence}", gateway.Output, StringComparison.Ordinal);

        await gateway.DisposeAsync();
        var second = Launch("--config", config.Path);
        await second.ActiveAsync("secondary");
        var again = await FailoverAsync(second, _ => true);
        Assert.Equal((incident.Id, incident.Sentence, incident.Counts), (again.Id, again.Sentence, again.Counts));
    }

    private static async Task<IncidentReport> FailoverAsync(GatewayProcess gateway, Func<IncidentReport, bool> wanted)
    {
        var incidents = await gateway.Http.GetFromJsonAsync<IncidentsReport>("proxy/incidents");
        var id = incidents!.Incidents.Single(one => one.Kind == "failover").Id;
        return (await Eventually.GetAsync($"incident {id}", () => gateway.Http.GetFromJsonAsync<IncidentReport>($"proxy/incidents/{id}"), one => wanted(one!)))!;
    }

    private static void AssertTimeline(IncidentReport incident, ChangeReport change)
    {
        var moments = incident.Timeline!.ToDictionary(moment => moment.Kind);
        Assert.Equal((incident.StartedAt, 0.0), (moments["first-signal"].At, moments["first-signal"].AfterMs));
        Assert.Equal((change.At, change.Epoch, change.DetectionMs), (moments["verdict"].At, moments["verdict"].Epoch!.Value, moments["verdict"].AfterMs));
        Assert.Equal((incident.EndedAt, incident.DurationMs), (moments["steady"].At, moments["steady"].AfterMs));
        Assert.InRange(moments["first-good-answer"].AfterMs, moments["verdict"].AfterMs, incident.DurationMs);
        Assert.True(incident.Timeline!.Zip(incident.Timeline!.Skip(1)).All(two => two.First.At <= two.Second.At));
    }

    private static async Task AssertMetricsAsync(GatewayProcess gateway, IncidentReport incident)
    {
        var metrics = await gateway.MetricsAsync();
        Assert.Equal(1, metrics.Sum("gateway_incidents_total", "kind=\"failover\""));
        Assert.Equal(0, metrics.Sum("gateway_incident_open"));
        Assert.Equal(incident.Counts.Requests, metrics.Sum("gateway_failover_requests_total", "kind=\"failover\""));
        Assert.Equal(incident.Counts.Failed, metrics.Sum("gateway_failover_requests_total", "kind=\"failover\"", "outcome=\"failed\""));
        Assert.Equal(incident.Counts.Rescued, metrics.Sum("gateway_failover_requests_total", "kind=\"failover\"", "outcome=\"rescued\""));
        Assert.InRange(incident.Counts.Hedged, 0, metrics.Sum("gateway_hedges_total"));
        Assert.InRange(incident.Counts.Held, 0, metrics.Sum("gateway_held_requests_total"));
        Assert.Equal(0, metrics.Sum("gateway_engine_faults_total"));
    }

    private static async Task AssertReliabilityAsync(GatewayProcess gateway, IncidentReport incident, long sent)
    {
        var (pool, metrics) = ((await gateway.Http.GetFromJsonAsync<ReliabilityReport>("proxy/pools/api/reliability"))!, await gateway.MetricsAsync());
        Assert.Equal((sent, metrics.Sum("gateway_requests_total", "outcome=\"failed\"")), (pool.Requests, (double)pool.Failed));
        Assert.Equal(1 - ((double)pool.Failed / pool.Requests), pool.SuccessRatio, tolerance: 1e-9);
        Assert.Equal((1L, incident.DurationMs), (pool.Failures, pool.MttrMs!.Value));
        Assert.Equal(1 - (pool.UnavailableMs / pool.ObservedMs), pool.Availability, tolerance: 1e-9);
        Assert.InRange(incident.UnavailableMs, 0, pool.UnavailableMs);
    }
}
