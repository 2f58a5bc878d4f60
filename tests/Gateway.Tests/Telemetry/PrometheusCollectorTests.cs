using System.Diagnostics.Metrics;
using Gateway.Failover.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Tests.Telemetry;

public sealed class PrometheusCollectorTests : IDisposable
{
    private readonly Scrape _scrape = new(maxSeries: 10);

    public void Dispose() => _scrape.Dispose();

    [Fact]
    public async Task All_kinds_and_all_number_types_are_heard()
    {
        var meter = _scrape.Meter;
        meter.CreateCounter<long>("long").Add(1);
        meter.CreateCounter<int>("int").Add(2);
        meter.CreateCounter<short>("short").Add(3);
        meter.CreateCounter<byte>("byte").Add(4);
        meter.CreateCounter<double>("double").Add(5.5);
        meter.CreateCounter<float>("float").Add(6.5f);
        meter.CreateCounter<decimal>("decimal").Add(7.5m);
        var upDown = meter.CreateUpDownCounter<int>("updown");
        upDown.Add(3);
        upDown.Add(-5);
        meter.CreateGauge<long>("gauge").Record(9);
        var samples = await _scrape.SamplesAsync();
        Assert.Equal(
            ["1", "2", "3", "4", "5.5", "6.5", "7.5", "-2", "9"],
            [samples["long_total"], samples["int_total"], samples["short_total"], samples["byte_total"],
             samples["double_total"], samples["float_total"], samples["decimal_total"], samples["updown"],
             samples["gauge"]]);
    }

    [Fact]
    public async Task A_counter_never_falls()
    {
        var whole = _scrape.Meter.CreateCounter<long>("whole");
        var real = _scrape.Meter.CreateCounter<double>("real");
        whole.Add(2);
        whole.Add(-1);
        real.Add(2);
        real.Add(-1);
        real.Add(double.NaN);
        var samples = await _scrape.SamplesAsync();
        Assert.Equal("2", samples["whole_total"]);
        Assert.Equal("2", samples["real_total"]);
    }

    [Fact]
    public async Task Observable_instruments_tell_their_state_at_every_scrape_and_what_they_no_longer_tell_is_gone()
    {
        var backends = new List<string> { "a", "b" };
        var asked = 0;
        _scrape.Meter.CreateObservableGauge("up", () => backends.Select(
            backend => new Measurement<int>(1, new KeyValuePair<string, object?>("backend", backend))));
        _scrape.Meter.CreateObservableCounter("asked", () => (long)++asked);
        _scrape.Meter.CreateObservableUpDownCounter("balance", () => -asked);
        var first = await _scrape.SamplesAsync();
        backends.Remove("a");
        var second = await _scrape.SamplesAsync();
        Assert.Equal(["1", "1", "1", "-1"],
            [first["up{backend=\"a\"}"], first["up{backend=\"b\"}"], first["asked_total"], first["balance"]]);
        Assert.False(second.ContainsKey("up{backend=\"a\"}"));
        Assert.Equal(["1", "2", "-2"], [second["up{backend=\"b\"}"], second["asked_total"], second["balance"]]);
    }

    [Fact]
    public async Task A_callback_that_throws_costs_its_own_instrument_and_is_counted()
    {
        _scrape.Meter.CreateObservableGauge("bad", int () => throw new InvalidOperationException("on purpose"));
        _scrape.Meter.CreateObservableGauge("good", () => 1);
        await _scrape.SamplesAsync();
        var samples = await _scrape.SamplesAsync();
        Assert.Equal("1", samples["good"]);
        Assert.False(samples.ContainsKey("bad"));
        Assert.Equal("2", samples[PrometheusCollector.FailedCallbacks]);
    }

    [Fact]
    public async Task Beyond_the_bound_measurements_go_to_one_series_and_nothing_is_lost()
    {
        var counter = _scrape.Meter.CreateCounter<int>("a");
        for (var i = 0; i < 100; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("id", i));
            counter.Add(1, new KeyValuePair<string, object?>("id", 0));
        }

        var samples = await _scrape.SamplesAsync();
        Assert.Equal(11, samples.Keys.Count(sample => sample.StartsWith("a_total")));
        Assert.Equal("101", samples["a_total{id=\"0\"}"]);
        Assert.Equal("90", samples["a_total{otel_metric_overflow=\"true\"}"]);
        Assert.Equal("90", samples[PrometheusCollector.DroppedSeries]);
    }

    [Fact]
    public async Task Of_two_instruments_with_one_name_the_first_is_kept_and_the_other_counted()
    {
        _scrape.Meter.CreateCounter<int>("a.b").Add(1);
        _scrape.Meter.CreateCounter<int>("a_b").Add(10);
        var samples = await _scrape.SamplesAsync();
        Assert.Equal("1", samples["a_b_total"]);
        Assert.Equal("1", samples[PrometheusCollector.NameCollisions]);
    }

    [Fact]
    public async Task A_meter_made_twice_is_one_and_a_meter_that_is_gone_leaves()
    {
        using (var twin = new Meter(_scrape.Meter.Name))
        {
            var instrument = twin.CreateCounter<int>("a");
            instrument.Add(1);
            _scrape.Meter.CreateCounter<int>("a").Add(2);
            Assert.Equal("3", (await _scrape.SamplesAsync())["a_total"]);
        }

        var samples = await _scrape.SamplesAsync();
        Assert.Equal(["3", "0"], [samples["a_total"], samples[PrometheusCollector.NameCollisions]]);
        _scrape.Meter.Dispose();
        Assert.False((await _scrape.SamplesAsync()).ContainsKey("a_total"));
    }

    [Fact]
    public async Task Of_two_hosts_in_one_process_each_sees_its_own_meter_and_those_of_nobody()
    {
        var factories = Enumerable.Range(0, 2).Select(_ =>
            new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>()).ToArray();
        var name = _scrape.Meter.Name;
        using var collector = new PrometheusCollector(name, new TelemetryOptions { Meters = [] }, scope: factories[0]);
        factories[0].Create(name).CreateCounter<int>("a").Add(1);
        factories[1].Create(name).CreateCounter<int>("a").Add(10);
        _scrape.Meter.CreateCounter<int>("everybodys").Add(100);
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        await collector.TryWriteAsync(buffer, TimeSpan.Zero);
        var samples = Scrape.SamplesOf(System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan));
        Assert.Equal(["1", "100"], [samples["a_total"], samples["everybodys_total"]]);
    }

    [Fact]
    public async Task A_meter_that_nobody_named_is_not_heard()
    {
        using var stranger = new Meter(_scrape.Meter.Name + ".Other");
        stranger.CreateCounter<int>("strange").Add(1);
        Assert.DoesNotContain("strange", await _scrape.TextAsync());
    }
}
