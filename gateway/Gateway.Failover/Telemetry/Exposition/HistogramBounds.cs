using System.Diagnostics.Metrics;
using System.Numerics;

namespace Gateway.Failover.Telemetry;

/// <summary>The upper bounds of a histogram's buckets: as its author advised, or a default by unit.</summary>
internal static class HistogramBounds
{
    // The defaults of Prometheus's client libraries, for times in seconds.
    private static readonly double[] Seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    // The defaults of OpenTelemetry's SDK, for everything else: sizes and counts would all be above ten.
    private static readonly double[] Others =
        [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

    /// <summary>Ascending, distinct and finite; +Inf is always there and not among them.</summary>
    public static double[] Of(Instrument instrument)
    {
        var advised = instrument switch
        {
            Histogram<double> histogram => Advised(histogram.Advice),
            Histogram<long> histogram => Advised(histogram.Advice),
            Histogram<int> histogram => Advised(histogram.Advice),
            Histogram<float> histogram => Advised(histogram.Advice),
            Histogram<short> histogram => Advised(histogram.Advice),
            Histogram<byte> histogram => Advised(histogram.Advice),
            Histogram<decimal> histogram => Advised(histogram.Advice),
            _ => null,
        };
        return advised ?? (instrument.Unit is null or "" or "s" ? Seconds : Others);
    }

    private static double[]? Advised<T>(InstrumentAdvice<T>? advice)
        where T : struct, INumber<T> =>
        advice?.HistogramBucketBoundaries is { } bounds
            ? [.. bounds.Select(double.CreateSaturating).Where(double.IsFinite).Distinct().Order()]
            : null;
}
