using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>What the gateway exposes is what Prometheus understands, and what the history says.</summary>
public sealed class PrometheusTests(ITestOutputHelper output) : EndToEndTest(output)
{
    /// <summary>The series that the first issue promises; histograms by their count.</summary>
    private static readonly string[] Promised =
    [
        "gateway_failover_duration_seconds_count", "gateway_failover_detection_seconds_count", "gateway_failover_requests_total", "gateway_changes_total",
        "gateway_backend_up", "gateway_backend_active", "gateway_requests_total", "gateway_request_duration_seconds_count", "gateway_attempts_total",
        "gateway_probe_duration_seconds_count", "dotnet_gc_collections_total",
    ];

    [Fact]
    public async Task A_real_prometheus_shows_an_outage_with_the_figures_of_the_history()
    {
        var (primary, secondary) = await BackendsAsync();
        var gateway = await GatewayAsync(ConfigFor(primary, secondary));
        var prometheus = Own(PrometheusProcess.Start(Folder, gateway));
        var gets = Gets(gateway);
        await gets.AnswersComeFromAsync("primary");
        await prometheus.ShowsAsync("up{job=\"gateway\"}", 1);
        await prometheus.ShowsAsync("gateway_backend_active{backend=\"primary\"}", 1);

        primary.Send(Signal.Kill);
        await gateway.ActiveAsync("secondary");
        await prometheus.ShowsAsync("gateway_backend_up{backend=\"primary\"}", 0);
        await prometheus.ShowsAsync("gateway_backend_active{backend=\"secondary\"}", 1);
        await primary.RestartAsync();
        await gateway.ActiveAsync("primary");
        await prometheus.ShowsAsync("gateway_backend_up{backend=\"primary\"}", 1);
        var changes = await gateway.MeasuredChangesAsync(2);
        await gets.StopAsync();

        gets.AssertNothingFailed();
        await prometheus.ShowsAsync("sum(gateway_requests_total)", gets.Sent);
        foreach (var change in changes)
        {
            var kind = $"kind=\"{change.Kind}\"";
            await prometheus.ShowsAsync(
                $"gateway_changes_total{{pool=\"api\",{kind},from=\"{change.From}\",to=\"{change.To}\",cause=\"{change.Cause}\"}}", 1);
            await prometheus.ShowsAsync($"sum(gateway_failover_requests_total{{{kind}}})", change.Requests);
            await prometheus.ShowsAsync($"gateway_failover_requests_total{{{kind},outcome=\"rescued\"}}", change.Rescued);
            await prometheus.ShowsAsync($"gateway_failover_requests_total{{{kind},outcome=\"failed\"}}", change.Failed);
            await prometheus.ShowsAsync($"gateway_failover_duration_seconds_sum{{{kind}}} * 1000", change.FailoverMs!.Value);
        }

        var failover = changes.Single(change => change.Kind == "failover");
        await prometheus.ShowsAsync("gateway_failover_detection_seconds_sum{kind=\"failover\"} * 1000", failover.DetectionMs!.Value);
        foreach (var name in Promised)
        {
            Assert.True(await prometheus.QueryAsync($"count({name})") > 0, $"Prometheus has no {name}.");
        }
    }

    [Fact]
    public async Task Promtool_has_nothing_to_say_about_the_metrics()
    {
        var (primary, secondary) = await BackendsAsync();
        var gateway = await GatewayAsync(ConfigFor(primary, secondary));
        var gets = Gets(gateway);
        await primary.FailAsync("error");
        await gateway.MeasuredChangesAsync(1);

        var (exitCode, said) = await PrometheusProcess.CheckAsync(Folder, await gateway.Http.GetStringAsync("metrics"));

        Assert.Equal((0, string.Empty), (exitCode, said));
        Assert.True(gets.Sent > 0);
    }
}
