using System.Diagnostics.Metrics;

namespace Gateway.Failover.Telemetry;

/// <summary>
/// How measurements of an instrument become one figure: added up (never down for a counter), replaced, or sorted into
/// buckets. An observable instrument has the kind of its plain twin.
/// </summary>
internal enum MetricKind
{
    Counter,
    UpDownCounter,
    Gauge,
    Histogram,
}

/// <summary>What an instrument is to Prometheus; instruments of equal shape are one metric.</summary>
/// <param name="Meter">The name of the meter it comes from.</param>
/// <param name="Instrument">The name as the meter's author wrote it.</param>
/// <param name="Unit">The unit as the meter's author wrote it.</param>
/// <param name="Kind">How measurements are put together.</param>
/// <param name="IsObservable">Asked at every scrape instead of told at every measurement.</param>
internal sealed record MetricShape(string Meter, string Instrument, string? Unit, MetricKind Kind, bool IsObservable)
{
    private static readonly Dictionary<Type, MetricKind> Kinds = new()
    {
        [typeof(Counter<>)] = MetricKind.Counter,
        [typeof(ObservableCounter<>)] = MetricKind.Counter,
        [typeof(UpDownCounter<>)] = MetricKind.UpDownCounter,
        [typeof(ObservableUpDownCounter<>)] = MetricKind.UpDownCounter,
        [typeof(Gauge<>)] = MetricKind.Gauge,
        [typeof(ObservableGauge<>)] = MetricKind.Gauge,
        [typeof(Histogram<>)] = MetricKind.Histogram,
    };

    /// <summary>Null for an instrument of a type unknown here: nobody could say what its figures mean.</summary>
    public static MetricShape? Of(Instrument instrument)
    {
        var type = instrument.GetType();
        return type.IsGenericType && Kinds.TryGetValue(type.GetGenericTypeDefinition(), out var kind)
            ? new MetricShape(instrument.Meter.Name, instrument.Name, instrument.Unit, kind, instrument.IsObservable)
            : null;
    }
}
