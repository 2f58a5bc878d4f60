using System.Diagnostics.Metrics;
using System.Net;
using Gateway.Failover.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Telemetry;

/// <summary>The endpoint on a real Kestrel, with the meters that .NET brings.</summary>
public sealed class PrometheusEndpointTests : IAsyncLifetime, IDisposable
{
    private static readonly string[] BuiltIn =
        ["System.Runtime", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Hosting", "System.Net.Http"];

    private WebApplication _app = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(services => new PrometheusCollector(
            "Test.Endpoint", new TelemetryOptions { Meters = [.. BuiltIn] }, services.GetRequiredService<IMeterFactory>()));
        _app = builder.Build();
        _app.MapGet("/", () => "hello");
        _app.MapPrometheus();
        await _app.StartAsync();
        _client = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task The_built_in_meters_and_ours_pass_promtool_without_a_word()
    {
        var ours = _app.Services.GetRequiredService<IMeterFactory>().Create("Test.Endpoint");
        KeyValuePair<string, object?> pool = new("pool", "orders"), backend = new("backend", "a");
        ours.CreateCounter<long>("gateway_requests_total", "{request}", "Requests.").Add(1, pool);
        ours.CreateHistogram<double>("gateway_request_duration_seconds", "s", "Time.").Record(0.1, pool);
        ours.CreateObservableGauge("gateway_backend_up", () => new Measurement<int>(1, pool, backend), null, "Up.");
        await _client.GetStringAsync("/");
        await _client.GetStringAsync("/metrics");
        var text = await _client.GetStringAsync("/metrics");
        await Scrape.CheckWithPromtoolAsync(text);
        var names = Scrape.SamplesOf(text);
        Assert.Contains("gateway_requests_total{pool=\"orders\"}", names.Keys);
        Assert.Contains("gateway_backend_up{backend=\"a\",pool=\"orders\"}", names.Keys);
        string[] expected =
        [
            "dotnet_gc_collections_total{", "dotnet_process_cpu_time_seconds_total{", "kestrel_active_connections{",
            "dotnet_process_cpu_count_current", "http_server_request_duration_seconds_bucket{",
            "http_client_request_duration_seconds_bucket{", "gateway_request_duration_seconds_bucket{",
        ];
        Assert.All(expected, start => Assert.Contains(names.Keys, name => name.StartsWith(start)));
        Assert.Equal("0", names[PrometheusCollector.NameCollisions]);
        Assert.Equal("0", names[PrometheusCollector.FailedCallbacks]);
    }

    [Fact]
    public async Task The_content_type_names_the_format()
    {
        using var response = await _client.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task A_second_scrape_waits_a_second_and_gives_up_while_a_callback_hangs()
    {
        using var hanging = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        using var meter = new Meter("Test.Endpoint");
        meter.CreateObservableGauge("slow", () =>
        {
            hanging.Release();
            goOn.Wait();
            return 1;
        });
        var first = _client.GetStringAsync("/metrics");
        await hanging.WaitAsync();
        using var second = await _client.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
        Assert.Equal("1", second.Headers.RetryAfter!.ToString());
        goOn.Release();
        Assert.Contains("\nslow 1\n", await first);
    }
}
