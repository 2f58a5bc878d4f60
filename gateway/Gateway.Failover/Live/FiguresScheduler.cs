using Gateway.Failover.Attempts;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;
using Gateway.Failover.Telemetry;

namespace Gateway.Failover.Live;

/// <summary>Once a second: how many requests, how fast, how many failed. Reads the counters that are kept anyway.</summary>
internal sealed class FiguresScheduler(PoolDirectory pools, LiveFeed feed, FiguresRing ring, ConfigGate gate, TimeProvider time) : BackgroundService
{
    private readonly Dictionary<string, Reading> _last = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(gate.Current.Options.Live.FiguresInterval, time);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var report = new FiguresReport(time.GetUtcNow(), [.. pools.Ordered.Select(Take)]);
                ring.Add(report);
                feed.Publish(new FeedMessage.FiguresTaken(report));
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private PoolFigures Take(Pool pool)
    {
        var now = Reading.Of(pool);
        var last = _last.GetValueOrDefault(pool.Id.Value, Reading.Nothing(pool));
        _last[pool.Id.Value] = now;
        var tally = now.Tally - last.Tally;
        var quantiles = LatencyHistogram.Quantiles(last.Latency, now.Latency, 0.5, 0.99);
        var members = pool.Members;
        var backends = pool.View.State.Definition.Backends.Select(id => members.GetValueOrDefault(id.Value)).OfType<Backend>();
        return new PoolFigures(
            pool.Id.Value, tally.Requests, tally.Failed, tally.Rescued, quantiles[0], quantiles[1],
            [.. backends.Select(backend => Of(backend, last.Attempts.GetValueOrDefault(backend.Id)))], Of(pool));
    }

    private static AttemptFigures Of(Pool pool)
    {
        var attempts = pool.Attempts;
        return new AttemptFigures(
            Enum.GetValues<RescueReason>().ToDictionary(ChangeMetrics.Label, attempts.Rescued, StringComparer.Ordinal),
            attempts.HedgesWon, attempts.HedgesLost, attempts.Hold.Count, attempts.Hold.Totals.Held,
            (long)attempts.Budget.Tokens(pool.Setup.Options.Budget), attempts.Budget.Exhausted, attempts.Poison,
            Enum.GetValues<ResumptionKind>().Sum(kind => attempts.Resumptions(kind, succeeded: true)));
    }

    private static BackendFigures Of(Backend backend, (long Attempts, long Failures) last)
    {
        var (attempts, failures) = Counts(backend);
        return new BackendFigures(
            backend.Id, attempts - last.Attempts, failures - last.Failures, backend.InFlight,
            backend.Probe?.Took.TotalMilliseconds, backend.Probe?.Passed);
    }

    private static (long Attempts, long Failures) Counts(Backend backend)
    {
        var failures = backend.Read(AttemptEnd.Connect) + backend.Read(AttemptEnd.Timeout) + backend.Read(AttemptEnd.Broken) + backend.Read(AttemptEnd.Status);
        return (failures + backend.Read(AttemptEnd.Good) + backend.Read(AttemptEnd.ClientLeft), failures);
    }

    private sealed record Reading(Core.Tally Tally, long[] Latency, Dictionary<string, (long Attempts, long Failures)> Attempts)
    {
        public static Reading Of(Pool pool) =>
            new(pool.Counters.Tally, pool.Latency.Read(), pool.Members.Values.ToDictionary(backend => backend.Id, Counts, StringComparer.Ordinal));

        public static Reading Nothing(Pool pool) => new(default, new long[pool.Latency.Read().Length], new(StringComparer.Ordinal));
    }
}
