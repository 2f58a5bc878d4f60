using Gateway.Failover.Telemetry;

namespace Gateway.Tests.Telemetry;

public sealed class PrometheusNameTests
{
    [Theory]
    // Ours are written as Prometheus wants them and stay as they are.
    [InlineData("gateway_requests_total", "{request}", "Counter", "gateway_requests_total")]
    [InlineData("gateway_requests_total", null, "Counter", "gateway_requests_total")]
    [InlineData("gateway_request_duration_seconds", "s", "Histogram", "gateway_request_duration_seconds")]
    [InlineData("gateway_hold_seconds_total", "s", "Counter", "gateway_hold_seconds_total")]
    [InlineData("gateway_backend_up", null, "Gauge", "gateway_backend_up")]
    // The runtime's.
    [InlineData("http.server.request.duration", "s", "Histogram", "http_server_request_duration_seconds")]
    [InlineData("dotnet.gc.heap.total_allocated", "By", "Counter", "dotnet_gc_heap_total_allocated_bytes_total")]
    [InlineData("dotnet.gc.collections", "{collection}", "Counter", "dotnet_gc_collections_total")]
    [InlineData("dotnet.process.memory.working_set", "By", "UpDownCounter", "dotnet_process_memory_working_set_bytes")]
    [InlineData("dotnet.process.cpu.count", "{cpu}", "UpDownCounter", "dotnet_process_cpu_count_current")]
    [InlineData("kestrel.active_connections", "{connection}", "UpDownCounter", "kestrel_active_connections")]
    // Units.
    [InlineData("a", "ms", "Histogram", "a_milliseconds")]
    [InlineData("a", "By/s", "Gauge", "a_bytes_per_second")]
    [InlineData("a", "{request}/s", "Gauge", "a_per_second")]
    [InlineData("a", "By/{request}", "Gauge", "a_bytes")]
    [InlineData("a", "1", "Gauge", "a_ratio")]
    [InlineData("a_ratio", "1", "Gauge", "a_ratio")]
    [InlineData("a", "1", "UpDownCounter", "a")]
    [InlineData("a", "1", "Counter", "a_total")]
    [InlineData("a", "%", "Gauge", "a_percent")]
    [InlineData("a", "furlongs (long)", "Gauge", "a_furlongs_long")]
    [InlineData("seconds_before_noon", "s", "Gauge", "seconds_before_noon_seconds")]
    [InlineData("seconds", "s", "Gauge", "seconds")]
    // Names.
    [InlineData("a.b-c..d/", null, "Gauge", "a_b_c_d")]
    [InlineData("recorded:rule", null, "Gauge", "recorded_rule")]
    [InlineData("9lives", null, "Gauge", "_9lives")]
    [InlineData("größe", null, "Gauge", "gr_e")]
    [InlineData("a_total", null, "Gauge", "a")]
    [InlineData("a_sum", null, "Gauge", "a_sum_current")]
    [InlineData("a_count", null, "Counter", "a_count_total")]
    [InlineData("...", null, "Gauge", "_")]
    public void A_name_and_a_unit_become_the_metric(string name, string? unit, string kind, string metric) =>
        Assert.Equal(metric, PrometheusName.Metric(name, unit, Enum.Parse<MetricKind>(kind)));

    [Theory]
    [InlineData("http.request.method", "http_request_method")]
    [InlineData("le", "exported_le")]
    [InlineData("__name__", "name")]
    [InlineData("1st", "_1st")]
    public void A_tag_becomes_the_label(string tag, string label) => Assert.Equal(label, PrometheusName.Label(tag));
}
