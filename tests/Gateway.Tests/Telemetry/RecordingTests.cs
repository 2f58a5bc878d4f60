using System.Diagnostics.Metrics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Gateway.Failover.Telemetry;

namespace Gateway.Tests.Telemetry;

/// <summary>The path of a measurement: exact whatever the number of threads, and without garbage.</summary>
public sealed class RecordingTests : IDisposable
{
    private const int Threads = 8;
    private const int Each = 50_000;

    // As many as the tests use and no more: a set of tags that is counted twice runs into the bound.
    private const int Ids = 40;
    private readonly Scrape _scrape = new(maxSeries: Ids);

    public void Dispose() => _scrape.Dispose();

    [Fact]
    public async Task Every_measurement_of_every_thread_is_counted_once()
    {
        var counter = _scrape.Meter.CreateCounter<long>("c");
        var real = _scrape.Meter.CreateCounter<double>("r");
        var histogram = _scrape.Meter.CreateHistogram<double>("h", "s");
        // The same series are new to all threads at once, and the table grows under their hands.
        RunOnThreads(_ =>
        {
            for (var i = 0; i < Each; i++)
            {
                var tag = new KeyValuePair<string, object?>("id", i % Ids);
                counter.Add(1, tag);
                real.Add(0.5, tag);
                histogram.Record(i % 2 == 0 ? 0.25 : 20, tag);
            }
        });
        var samples = await _scrape.SamplesAsync();
        double Sum(string name, string having = "") => samples
            .Where(sample => sample.Key.StartsWith(name + "{") && sample.Key.Contains(having))
            .Sum(sample => double.Parse(sample.Value, CultureInfo.InvariantCulture));
        const double All = Threads * Each;
        Assert.Equal(
            [All, All / 2, All, All, All / 2, All / 2 * 20.25],
            [Sum("c_total"), Sum("r_total"), Sum("h_seconds_count"), Sum("h_seconds_bucket", "+Inf"),
             Sum("h_seconds_bucket", "le=\"0.25\""), Sum("h_seconds_sum")]);
    }

    [Fact]
    public void Threads_that_share_a_stripe_lose_nothing()
    {
        const int Incremented = 0, Added = 1, Real = 2;
        // Long enough for the threads to meet even on a machine that is busy otherwise.
        const int Often = 10 * Each;
        var cells = new StripedCells(width: 3, striped: false);
        RunOnThreads(_ =>
        {
            for (var i = 0; i < Often; i++)
            {
                cells.Increment(cells.Row(), Incremented);
                cells.Add(cells.Row(), Added, 2L);
                cells.Add(cells.Row(), Real, 0.5);
            }
        });
        const double All = (double)Threads * Often;
        Assert.Equal([All, All * 2, All / 2], [cells.Whole(Incremented), cells.Whole(Added), cells.Real(Real)]);
    }

    [Fact]
    public void Threads_that_bring_the_same_new_tags_take_one_place_of_the_bound()
    {
        KeyValuePair<string, object?>[] same = [new("id", 1)], other = [new("id", 2)];
        SeriesTable table = null!;
        Series? seen = null;
        var second = new Thread(() => seen = table.Find(same));
        table = new SeriesTable(limit: 2, labels =>
        {
            // The first thread makes the series; the second has missed it and waits for its turn to make it too.
            if (second.ThreadState == ThreadState.Unstarted)
            {
                second.Start();
                SpinWait.SpinUntil(() => second.ThreadState == ThreadState.WaitSleepJoin, TimeSpan.FromSeconds(10));
            }

            return new SumSeries(labels, striped: false);
        });
        var made = table.Find(same);
        second.Join();
        Assert.Same(made, seen);
        Assert.NotNull(table.Find(other));
    }

    [Fact]
    public async Task Nothing_is_lost_when_threads_run_into_the_bound_together()
    {
        using var scrape = new Scrape(maxSeries: 100);
        var counter = scrape.Meter.CreateCounter<long>("c");
        RunOnThreads(thread =>
        {
            for (var i = 0; i < 1000; i++)
            {
                counter.Add(1, new KeyValuePair<string, object?>("id", (thread * 1000) + i));
            }
        });
        var counters = (await scrape.SamplesAsync()).Where(sample => sample.Key.StartsWith("c_total")).ToList();
        Assert.Equal(101, counters.Count);
        Assert.Equal(Threads * 1000, counters.Sum(sample => long.Parse(sample.Value, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Recording_allocates_nothing_once_the_series_are_known()
    {
        var histogram = _scrape.Meter.CreateHistogram<double>("h", "s");
        var counter = _scrape.Meter.CreateCounter<long>("c");
        var gauge = _scrape.Meter.CreateGauge<int>("g");
        object status = 200;
        using var full = new Scrape(maxSeries: 1);
        var bounded = full.Meter.CreateCounter<long>("b");

        [MethodImpl(MethodImplOptions.NoInlining)]
        void RecordAll()
        {
            histogram.Record(0.3);
            histogram.Record(0.3, new KeyValuePair<string, object?>("pool", "a"));
            counter.Add(1, new("pool", "a"), new("status", status), new("by", "x"));
            counter.Add(1, new("by", "x"), new("status", status), new("pool", "a"));
            gauge.Record(7, new("pool", "a"), new("backend", "b"));
            bounded.Add(1, new KeyValuePair<string, object?>("id", "first"));
            bounded.Add(1, new KeyValuePair<string, object?>("id", "beyond the bound"));
        }

        for (var i = 0; i < 1000; i++)
        {
            RecordAll();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
        {
            RecordAll();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void RunOnThreads(Action<int> work)
    {
        using var start = new Barrier(Threads);
        var threads = Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            start.SignalAndWait();
            work(number);
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }
}
