// prometheus-net and OpenTelemetry's exporter do what this folder does and much more; neither is among the packages
// this project builds with, and what the gateway needs is small. Instruments are plain System.Diagnostics.Metrics, so
// whoever embeds the library can listen to them with OpenTelemetry instead, and nothing here runs.
//
// Measurements come in on the threads that make them and end in MetricFamily.Record, without a lock. Only a new
// instrument and a scrape take one.
using System.Buffers;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Failover.Telemetry;

/// <summary>Listens to meters by name and writes what it heard in Prometheus's text format.</summary>
internal sealed partial class PrometheusCollector : IDisposable
{
    /// <summary>Counts measurements that went to an overflow series.</summary>
    public const string DroppedSeries = "gateway_metrics_dropped_series_total";

    /// <summary>Counts instruments left out because another one has their name.</summary>
    public const string NameCollisions = "gateway_metrics_name_collisions_total";

    /// <summary>Counts observable instruments that threw when asked.</summary>
    public const string FailedCallbacks = "gateway_metrics_failed_callbacks_total";

    private readonly Lock _publishing = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _scraping = new(1, 1);
    private readonly MeterListener _listener = new();
    private readonly HashSet<string> _meters;
    private readonly int _limit;
    private readonly object? _scope;
    private readonly ILogger _logger;
    private readonly MetricFamily _droppedSeries;
    private readonly MetricFamily _nameCollisions;
    private readonly MetricFamily _failedCallbacks;

    /// <summary>Starts listening at once.</summary>
    /// <param name="ownMeter">The name of the gateway's own meter, always listened to.</param>
    /// <param name="options">Further meters, and the bound on series.</param>
    /// <param name="scope">
    /// The <see cref="IMeterFactory"/> of this host: meters of other hosts in the process are then left alone. Meters
    /// of no factory, as <c>System.Runtime</c>, belong to everybody. Null listens to all.
    /// </param>
    /// <param name="logger">Hears of what is left out, and why.</param>
    public PrometheusCollector(
        string ownMeter, TelemetryOptions options, object? scope = null, ILogger<PrometheusCollector>? logger = null)
    {
        _meters = new HashSet<string>(options.Meters, StringComparer.Ordinal) { ownMeter };
        _limit = options.MaxSeriesPerInstrument;
        _scope = scope;
        _logger = logger ?? NullLogger<PrometheusCollector>.Instance;
        _droppedSeries = AddOwn(DroppedSeries, "Measurements that went to an overflow series because their instrument "
            + "had as many series as MaxSeriesPerInstrument allows.");
        _nameCollisions = AddOwn(NameCollisions, "Instruments left out because another one has the same metric name.");
        _failedCallbacks = AddOwn(FailedCallbacks, "Observable instruments that threw when a scrape asked them.");
        Listen();
    }

    /// <summary>
    /// Asks the observable instruments and writes everything, ordered by name and labels. One scrape at a time.
    /// </summary>
    /// <param name="output">Gets the text; not touched if the answer is false.</param>
    /// <param name="patience">How long to wait for a scrape that is under way.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>False if another scrape did not end in time.</returns>
    public async ValueTask<bool> TryWriteAsync(
        IBufferWriter<byte> output, TimeSpan patience, CancellationToken cancellation = default)
    {
        if (!await _scraping.WaitAsync(patience, cancellation))
        {
            return false;
        }

        try
        {
            Observe();
            PrometheusText.Write(output, Families());
            return true;
        }
        finally
        {
            _scraping.Release();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _scraping.Dispose();
    }

    private void Listen()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (IsWanted(instrument.Meter) && FamilyOf(instrument) is { } family)
            {
                listener.EnableMeasurementEvents(instrument, family);
            }
        };
        _listener.MeasurementsCompleted = (_, state) => Leave((MetricFamily)state!);
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, to) => Record(to, value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, to) => Record(to, value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, to) => Record(to, value, tags));
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, to) => Record(to, value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, to) => Record(to, value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, to) => Record(to, value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, to) => Record(to, (double)value, tags));
        _listener.Start();
    }

    private static void Record(object? to, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((MetricFamily)to!).Record(value, tags);

    private static void Record(object? to, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((MetricFamily)to!).Record(value, tags);

    private bool IsWanted(Meter meter) =>
        _meters.Contains(meter.Name) && (_scope is null || meter.Scope is null || ReferenceEquals(_scope, meter.Scope));

    // The family to record into: a new one, the one of an equal instrument (a meter made anew, or made twice), or none.
    private MetricFamily? FamilyOf(Instrument instrument)
    {
        if (MetricShape.Of(instrument) is not { } shape)
        {
            return null;
        }

        var help = string.IsNullOrWhiteSpace(instrument.Description)
            ? $"{instrument.Name} of {instrument.Meter.Name}."
            : instrument.Description;
        var bounds = shape.Kind == MetricKind.Histogram ? HistogramBounds.Of(instrument) : [];
        var family = new MetricFamily(shape, help, bounds, _limit, CountDropped);
        MetricFamily? first;
        lock (_publishing)
        {
            if (!_families.TryGetValue(family.Name, out first))
            {
                _families.Add(family.Name, family);
                return family;
            }

            if (first.Shape == shape && first.Bounds.AsSpan().SequenceEqual(bounds))
            {
                first.Instruments++;
                return first;
            }
        }

        _nameCollisions.Record(1, []);
        Log.NameCollision(
            _logger, instrument.Name, shape.Meter, family.Name, first.Shape.Instrument, first.Shape.Meter);
        return null;
    }

    private void Leave(MetricFamily family)
    {
        lock (_publishing)
        {
            if (--family.Instruments == 0)
            {
                _families.Remove(family.Name);
            }
        }
    }

    private void Observe()
    {
        foreach (var family in Families())
        {
            family.BeginScrape();
        }

        try
        {
            _listener.RecordObservableInstruments();
        }
        catch (AggregateException failures)
        {
            // The listener asks every instrument and throws at the end, all failures in one.
            _failedCallbacks.Record(failures.InnerExceptions.Count, []);
            Log.CallbackFailed(_logger, failures.InnerExceptions.Count, failures);
        }
    }

    private MetricFamily[] Families()
    {
        lock (_publishing)
        {
            return [.. _families.Values];
        }
    }

    private MetricFamily AddOwn(string name, string help)
    {
        var shape = new MetricShape(
            nameof(PrometheusCollector), name, Unit: null, MetricKind.Counter, IsObservable: false);
        var family = new MetricFamily(shape, help, [], limit: 1);
        // Present from the start, so that a rate over it sees the first failure too.
        family.Record(0, []);
        _families.Add(name, family);
        return family;
    }

    private void CountDropped(MetricFamily family)
    {
        _droppedSeries.Record(1, []);
        if (!family.HasOverflowed)
        {
            family.HasOverflowed = true;
            Log.SeriesBoundReached(_logger, family.Name, _limit);
        }
    }
}
