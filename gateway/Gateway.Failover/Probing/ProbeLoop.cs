using Gateway.Core;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Probing;

/// <summary>
/// The probes of one backend, on its own clock. A probe that hangs delays only the next one of the same backend, by at most its timeout.
/// </summary>
internal sealed partial class ProbeLoop(
    Pool pool, Backend backend, HttpProbe probe, Inbox inbox, ProbeMetrics metrics, EngineClock clock, Random random, ILogger log)
{
    private readonly SemaphoreSlim _nudge = new(0, 1);

    /// <summary>Something happened to this backend: probe it as soon as the fast interval allows.</summary>
    public void Nudge()
    {
        try
        {
            _nudge.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is nudged already.
        }
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            // Not all at once: a gateway with a thousand backends would send a thousand probes in its first millisecond.
            await Task.Delay(Setup.Probe.FastInterval * random.NextDouble(), clock.Time, cancel);
            while (true)
            {
                var started = clock.Now;
                await ProbeAsync(cancel);
                await RestAsync(started, cancel);
            }
        }
        catch (OperationCanceledException)
        {
            // The backend was taken out, or the host stops.
        }
    }

    private Configuration.PoolOptions Setup => pool.Setup.Options;

    private async Task ProbeAsync(CancellationToken cancel)
    {
        if (!pool.Setup.Addresses.TryGetValue(backend.Id, out var address))
        {
            return;
        }

        try
        {
            var (outcome, took) = await probe.SendAsync(backend, address.Probe, address.Host, pool.View, Setup.Probe.Timeout, cancel);
            var passed = outcome is ProbeOutcome.Passed;
            backend.Probe = new LastProbe(clock.Time.GetUtcNow(), passed, took);
            metrics.Record(pool.Id.Value, backend.Id, passed, took);
            inbox.ProbeCompleted(pool, new BackendId(backend.Id), outcome);
            if (passed && pool.View.IsDown(backend.Id))
            {
                // Not up yet, but held requests have nobody better.
                backend.Revive();
                pool.Attempts.Hold.Release();
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The top of a loop: whatever a probe throws, this backend did not pass it, and goes on being probed.
            Log.Fault(log, e, backend.Id);
            var fault = new Fault(FaultKind.Broken, $"the probe ended in {e.GetType().Name}");
            inbox.ProbeCompleted(pool, new BackendId(backend.Id), new ProbeOutcome.Failed(fault));
        }
    }

    // Until the interval, counted from the start of the last probe, is over; or until a nudge, but not sooner than the fast interval.
    private async Task RestAsync(Instant started, CancellationToken cancel)
    {
        var soonest = started + Setup.Probe.FastInterval - clock.Now;
        if (soonest > TimeSpan.Zero)
        {
            await Task.Delay(soonest, clock.Time, cancel);
        }

        var rest = started + Jittered(Interval()) - clock.Now;
        if (rest > TimeSpan.Zero)
        {
            await WaitForNudgeAsync(rest, cancel);
        }
    }

    private async Task WaitForNudgeAsync(TimeSpan rest, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(rest, clock.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            await _nudge.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The interval is over.
        }
    }

    private TimeSpan Interval()
    {
        var state = pool.View.State;
        var inDoubt = state.Backends.TryGetValue(new BackendId(backend.Id), out var known) && known.Health is Health.Unknown or Health.Suspected;
        // While nobody can serve, whoever comes back first is wanted at once.
        return inDoubt || state.Exhausted ? Setup.Probe.FastInterval : Setup.Probe.Interval;
    }

    private TimeSpan Jittered(TimeSpan interval) => interval * (1 + (Setup.Probe.Jitter * ((2 * random.NextDouble()) - 1)));

    private static partial class Log
    {
        [LoggerMessage(1501, LogLevel.Error, "Probing {Backend} failed in an unexpected way; it will be probed again.")]
        public static partial void Fault(ILogger log, Exception error, string backend);
    }
}
