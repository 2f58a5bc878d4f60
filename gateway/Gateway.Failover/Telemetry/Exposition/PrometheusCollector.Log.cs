using Microsoft.Extensions.Logging;

namespace Gateway.Failover.Telemetry;

internal sealed partial class PrometheusCollector
{
    private static partial class Log
    {
        [LoggerMessage(8101, LogLevel.Warning, "Instrument {Instrument} of meter {Meter} is not shown at /metrics: "
            + "{Metric} is already the name of {First} of meter {FirstMeter}.")]
        public static partial void NameCollision(
            ILogger logger, string instrument, string meter, string metric, string first, string firstMeter);

        [LoggerMessage(8102, LogLevel.Warning, "{Count} observable instruments threw when a scrape asked them; "
            + "the others are shown.")]
        public static partial void CallbackFailed(ILogger logger, int count, Exception exception);

        [LoggerMessage(8103, LogLevel.Warning, "{Metric} has {Limit} series, as many as MaxSeriesPerInstrument allows; "
            + "measurements with further labels go to its overflow series.")]
        public static partial void SeriesBoundReached(ILogger logger, string metric, int limit);
    }
}
