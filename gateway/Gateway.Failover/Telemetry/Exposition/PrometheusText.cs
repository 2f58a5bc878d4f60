using System.Buffers;
using System.Globalization;
using System.Text;

namespace Gateway.Failover.Telemetry;

/// <summary>
/// Writes Prometheus's text format 0.0.4 (prometheus.io, "Exposition formats"): per metric its help, its type and its
/// samples together, a histogram's buckets cumulative and ascending.
/// </summary>
internal static class PrometheusText
{
    /// <summary>What the answer to a scrape says it is.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes the metrics in the order given; those without a series are left out.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<MetricFamily> families)
    {
        var text = new Utf8Appender(output);
        foreach (var family in families)
        {
            var series = family.Snapshot();
            if (series.Length > 0)
            {
                WriteFamily(ref text, family, series);
            }
        }

        text.Complete();
    }

    private static void WriteFamily(ref Utf8Appender text, MetricFamily family, Series[] allSeries)
    {
        WriteHeader(ref text, family);
        var les = Array.ConvertAll(family.Bounds, bound => Encoding.UTF8.GetBytes($"le=\"{LeText(bound)}\""));
        foreach (var series in allSeries)
        {
            switch (series)
            {
                case SumSeries sum:
                    WriteSample(ref text, family, ""u8, series, ""u8, sum.Value);
                    break;
                case LastValueSeries last:
                    WriteSample(ref text, family, ""u8, series, ""u8, last.Value);
                    break;
                case HistogramSeries histogram:
                    WriteHistogram(ref text, family, histogram, les);
                    break;
            }
        }
    }

    private static void WriteHeader(ref Utf8Appender text, MetricFamily family)
    {
        text.Append("# HELP "u8);
        text.Append(family.NameBytes.Span);
        text.Append(" "u8);
        text.Append(Encoding.UTF8.GetBytes(family.Help.Replace(@"\", @"\\").Replace("\n", @"\n")));
        text.Append("\n# TYPE "u8);
        text.Append(family.NameBytes.Span);
        text.Append(family.Shape.Kind switch
        {
            MetricKind.Counter => " counter\n"u8,
            MetricKind.Histogram => " histogram\n"u8,
            _ => " gauge\n"u8,
        });
    }

    private static void WriteHistogram(ref Utf8Appender text, MetricFamily family, HistogramSeries series, byte[][] les)
    {
        var count = 0L;
        for (var i = 0; i < les.Length; i++)
        {
            count += series.InBucket(i);
            WriteSample(ref text, family, "_bucket"u8, series, les[i], count);
        }

        count += series.InBucket(les.Length);
        WriteSample(ref text, family, "_bucket"u8, series, "le=\"+Inf\""u8, count);
        WriteSample(ref text, family, "_sum"u8, series, ""u8, series.Sum);
        WriteSample(ref text, family, "_count"u8, series, ""u8, count);
    }

    private static void WriteSample(
        ref Utf8Appender text,
        MetricFamily family,
        ReadOnlySpan<byte> suffix,
        Series series,
        ReadOnlySpan<byte> extraLabel,
        double value)
    {
        var labels = series.LabelBytes.Span;
        text.Append(family.NameBytes.Span);
        text.Append(suffix);
        if (labels.Length + extraLabel.Length > 0)
        {
            text.Append("{"u8);
            text.Append(labels);
            text.Append(labels.Length > 0 && extraLabel.Length > 0 ? ","u8 : ""u8);
            text.Append(extraLabel);
            text.Append("}"u8);
        }

        text.Append(" "u8);
        text.Append(value);
        text.Append("\n"u8);
    }

    private static string LeText(double bound) => bound.ToString(CultureInfo.InvariantCulture);
}
