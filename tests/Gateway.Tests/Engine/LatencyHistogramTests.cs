using Gateway.Failover.Engine;

namespace Gateway.Tests.Engine;

public class LatencyHistogramTests
{
    private static readonly double[] Asked = [0.01, 0.5, 0.9, 0.99, 0.999, 1];

    [Theory]
    [InlineData(1, 1_000)]
    [InlineData(2, 50_000)]
    [InlineData(3, 10_000_000)]
    public void A_quantile_is_off_by_at_most_an_eighth_of_the_exact_one(int seed, int longestMicroseconds)
    {
        var dice = new Random(seed);
        var histogram = new LatencyHistogram();
        var before = histogram.Read();
        var exact = Enumerable.Range(0, 10_000).Select(_ => Math.Floor(Math.Pow(longestMicroseconds, dice.NextDouble()))).ToList();
        exact.ForEach(microseconds => histogram.Record(TimeSpan.FromMicroseconds(microseconds)));
        exact.Sort();

        var found = LatencyHistogram.Quantiles(before, histogram.Read(), Asked);

        Assert.All(Asked.Zip(found), pair =>
        {
            var right = exact[Math.Max(0, (int)Math.Ceiling(pair.First * exact.Count) - 1)];
            // Below eight microseconds a bucket is one microsecond wide, and its middle half of that away.
            Assert.InRange(pair.Second!.Value * 1_000, (right * 0.875) - 0.5, (right * 1.125) + 0.5);
        });
    }

    [Fact]
    public void Only_what_came_between_two_readings_counts()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(TimeSpan.FromSeconds(10));
        var before = histogram.Read();
        Assert.Equal([null, null], LatencyHistogram.Quantiles(before, histogram.Read(), 0.5, 0.99));

        histogram.Record(TimeSpan.FromMilliseconds(1));
        Assert.InRange(LatencyHistogram.Quantiles(before, histogram.Read(), 0.99)[0]!.Value, 0.9, 1.2);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    public void Nothing_is_too_short_or_too_long(long ticks)
    {
        var histogram = new LatencyHistogram();
        histogram.Record(TimeSpan.FromTicks(ticks));
        Assert.Equal(1, histogram.Read().Sum());
    }
}
