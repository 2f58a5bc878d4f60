using System.Diagnostics.Metrics;
using System.Globalization;

namespace Gateway.Tests.Telemetry;

public sealed class PrometheusTextTests : IDisposable
{
    private readonly Scrape _scrape = new();

    public void Dispose() => _scrape.Dispose();

    [Fact]
    public async Task The_text_is_the_format_s_letter_by_letter_and_ordered()
    {
        var counter = _scrape.Meter.CreateCounter<int>("z_total", description: "Help with \\ and\nnewline.");
        counter.Add(1, new KeyValuePair<string, object?>("pool", "b"));
        counter.Add(2, new KeyValuePair<string, object?>("pool", "a"));
        counter.Add(3);
        _scrape.Meter.CreateHistogram("a.time", "s", "Time.", advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.5, 1],
        }).Record(0.7, new KeyValuePair<string, object?>("pool", "a"));
        var text = await _scrape.TextAsync();
        Assert.StartsWith("""
            # HELP a_time_seconds Time.
            # TYPE a_time_seconds histogram
            a_time_seconds_bucket{pool="a",le="0.5"} 0
            a_time_seconds_bucket{pool="a",le="1"} 1
            a_time_seconds_bucket{pool="a",le="+Inf"} 1
            a_time_seconds_sum{pool="a"} 0.7
            a_time_seconds_count{pool="a"} 1
            # HELP gateway_
            """, text);
        Assert.EndsWith("""
            # HELP z_total Help with \\ and\nnewline.
            # TYPE z_total counter
            z_total 3
            z_total{pool="a"} 2
            z_total{pool="b"} 1

            """, text);
        Assert.Equal(text, await _scrape.TextAsync());
        await Scrape.CheckWithPromtoolAsync(text);
    }

    [Theory]
    [InlineData("a\"b", """a\"b""")]
    [InlineData("a\\b", """a\\b""")]
    [InlineData("a\nb", """a\nb""")]
    [InlineData("\"} 1\nevil_total 5\n", """\"} 1\nevil_total 5\n""")]
    [InlineData("nul\0", "nul\uFFFD")]
    [InlineData("whole 🙂 pair", "whole 🙂 pair")]
    public async Task A_hostile_label_value_stays_a_label_value(string value, string written)
    {
        var counter = _scrape.Meter.CreateCounter<int>("a", description: "A.");
        counter.Add(1, new KeyValuePair<string, object?>("value", value));
        var text = await _scrape.TextAsync();
        Assert.Contains($"\na_total{{value=\"{written}\"}} 1\n", text);
        await Scrape.CheckWithPromtoolAsync(text);
    }

    [Fact]
    public async Task Values_that_differ_only_in_broken_characters_are_one_series()
    {
        // Made at run time: an attribute's text is UTF-8 and cannot hold half a pair.
        var counter = _scrape.Meter.CreateCounter<int>("a");
        counter.Add(1, new KeyValuePair<string, object?>("value", "half " + (char)0xD83D));
        counter.Add(1, new KeyValuePair<string, object?>("value", "half " + (char)0xD83E));
        Assert.Equal("2", (await _scrape.SamplesAsync())["a_total{value=\"half \uFFFD\"}"]);
    }

    [Theory]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    [InlineData(-0.25, "-0.25")]
    [InlineData(1e300, "1E+300")]
    [InlineData(123456789012, "123456789012")]
    [InlineData(0.1 + 0.2, "0.30000000000000004")]
    public async Task A_number_is_written_so_that_it_reads_back_the_same(double value, string written)
    {
        _scrape.Meter.CreateGauge<double>("a", description: "A.").Record(value);
        var text = await _scrape.TextAsync();
        Assert.Equal(written, Scrape.SamplesOf(text)["a"]);
        await Scrape.CheckWithPromtoolAsync(text);
    }

    [Fact]
    public async Task Tags_that_read_the_same_to_Prometheus_are_one_series()
    {
        var counter = _scrape.Meter.CreateCounter<int>("a");
        counter.Add(1, new KeyValuePair<string, object?>("code", 200));
        counter.Add(1, new KeyValuePair<string, object?>("code", "200"));
        counter.Add(1, new KeyValuePair<string, object?>("code", 200L), new KeyValuePair<string, object?>("none", ""));
        counter.Add(1, new("none", null), new KeyValuePair<string, object?>("code", "200"));
        counter.Add(1, new KeyValuePair<string, object?>("a.b", "x"), new KeyValuePair<string, object?>("a-b", "y"));
        counter.Add(1, new KeyValuePair<string, object?>("yes", true));
        var samples = await _scrape.SamplesAsync();
        Assert.Equal("4", samples["a_total{code=\"200\"}"]);
        Assert.Equal("1", samples["a_total{a_b=\"y;x\"}"]);
        Assert.Equal("1", samples["a_total{yes=\"true\"}"]);
    }

    [Fact]
    public async Task The_order_of_tags_does_not_matter_and_which_value_has_which_tag_does()
    {
        // Two sets of tags, and room for two.
        using var scrape = new Scrape(maxSeries: 2);
        var counter = scrape.Meter.CreateCounter<int>("a");
        KeyValuePair<string, object?> a1 = new("a", "1"), b2 = new("b", "2"), a2 = new("a", "2"), b1 = new("b", "1");
        counter.Add(1, a1, b2);
        counter.Add(1, b2, a1);
        counter.Add(5, a2, b1);
        counter.Add(5, b1, a2);
        var samples = await scrape.SamplesAsync();
        Assert.Equal("2", samples["a_total{a=\"1\",b=\"2\"}"]);
        Assert.Equal("10", samples["a_total{a=\"2\",b=\"1\"}"]);
    }

    [Fact]
    public async Task A_histogram_s_buckets_are_cumulative_and_a_value_on_a_bound_is_below_it()
    {
        var histogram = _scrape.Meter.CreateHistogram<double>("a", "s");
        double[] values = [0.001, 0.005, 0.0051, 1, 9.99, 10, 11, double.NaN, double.PositiveInfinity];
        Array.ForEach(values, value => histogram.Record(value));
        var samples = await _scrape.SamplesAsync();
        long Up(string le) => long.Parse(samples[$"a_seconds_bucket{{le=\"{le}\"}}"], CultureInfo.InvariantCulture);
        Assert.Equal(
            [2, 3, 3, 4, 4, 6, 7],
            [Up("0.005"), Up("0.01"), Up("0.5"), Up("1"), Up("5"), Up("10"), Up("+Inf")]);
        Assert.Equal("7", samples["a_seconds_count"]);
        Assert.Equal(values[..7].Sum(), double.Parse(samples["a_seconds_sum"], CultureInfo.InvariantCulture), 1e-9);
    }

    [Fact]
    public async Task Bounds_come_from_the_advice_of_any_number_type_and_else_from_the_unit()
    {
        var advice = new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2] };
        _scrape.Meter.CreateHistogram("advised", advice: advice).Record(2);
        _scrape.Meter.CreateHistogram<decimal>("sized", "By").Record(700m);
        var samples = await _scrape.SamplesAsync();
        Assert.Equal(3, samples.Keys.Count(sample => sample.StartsWith("advised_bucket")));
        Assert.Equal("0", samples["sized_bytes_bucket{le=\"500\"}"]);
        Assert.Equal("1", samples["sized_bytes_bucket{le=\"750\"}"]);
    }
}
