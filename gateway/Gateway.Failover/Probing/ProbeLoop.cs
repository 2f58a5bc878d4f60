using Gateway.Core;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Probing;

/// <summary>
/// The probes of one backend, on its own clock. A probe that hangs delays only the next one of the same backend, by at most its timeout.
/// </summary>
internal sealed partial class ProbeLoop(
    Pool pool, Backend backend, TimedProbe probe, ProbeClient client, Inbox inbox, ProbeMetrics metrics, EngineClock clock, Random random, ILogger log)
{
    private readonly SemaphoreSlim _nudge = new(0, 1);
    private long _nudgedAt;

    /// <summary>Something happened to this backend: probe it as soon as the fast interval allows.</summary>
    public void Nudge()
    {
        Volatile.Write(ref _nudgedAt, clock.Now.Ticks);
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
            var due = clock.Now + (Setup.Probe.FastInterval * random.NextDouble());
            await UntilAsync(due, cancel);
            while (true)
            {
                var started = clock.Now;
                metrics.RecordLateness(pool.Id.Value, started - due);
                // Whatever it was nudged for before, this probe looks at.
                _nudge.Wait(0, CancellationToken.None);
                await ProbeAsync(cancel);
                due = await RestAsync(started, cancel);
            }
        }
        catch (OperationCanceledException)
        {
            // The backend was taken out, or the host stops.
        }
        finally
        {
            client.Dispose();
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
            var (outcome, took) = await probe.SendAsync(new ProbeTarget(backend, address, Setup.Probe, pool.View), client, cancel);
            backend.Probe = new LastProbe(clock.Time.GetUtcNow(), outcome is not ProbeOutcome.Failed, took);
            metrics.Record(pool.Id.Value, backend.Id, outcome, took);
            inbox.ProbeCompleted(pool, new BackendId(backend.Id), outcome);
            if (outcome is ProbeOutcome.Passed && pool.View.IsDown(backend.Id))
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

    // Until the interval, counted from the start of the last probe, is over; or until a nudge, but not sooner than the fast interval. Tells when the
    // next probe was due. That the last one took longer than its interval is its backend's doing, and makes the next one not late.
    private async Task<Instant> RestAsync(Instant started, CancellationToken cancel)
    {
        var soonest = Instant.Latest(started + Setup.Probe.FastInterval, clock.Now);
        await UntilAsync(soonest, cancel);
        var due = Instant.Latest(started + Jittered(Interval()), soonest);
        return await IsNudgedAsync(due, cancel) ? Instant.Latest(new Instant(Volatile.Read(ref _nudgedAt)), soonest) : due;
    }

    private async Task UntilAsync(Instant due, CancellationToken cancel)
    {
        var rest = due - clock.Now;
        if (rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, clock.Time, cancel);
        }
    }

    private async Task<bool> IsNudgedAsync(Instant due, CancellationToken cancel)
    {
        var rest = due - clock.Now;
        if (rest <= TimeSpan.Zero)
        {
            return false;
        }

        if (_nudge.Wait(0, CancellationToken.None))
        {
            return true;
        }

        using var deadline = new CancellationTokenSource(rest, clock.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            await _nudge.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The interval is over.
            return false;
        }
    }

    private TimeSpan Interval()
    {
        var (state, options) = (pool.View.State, Setup.Probe);
        var known = state.Backends.GetValueOrDefault(new BackendId(backend.Id));
        // While nobody can serve, whoever comes back first is wanted at once.
        return state.Exhausted || known?.Health is Health.Unknown or Health.Suspected ? options.FastInterval
            : known is { Health: Health.Down, Evidence.PassedProbes: 0 } && state.Backends.Values.Any(other => other.IsSound) ? Longer(options)
            : options.Interval;
    }

    // It has failed before and nobody waits for it. One that passes again is on its way back and is not kept waiting.
    private static TimeSpan Longer(Configuration.ProbeOptions options) =>
        options.SlowInterval > options.Interval ? options.SlowInterval : options.Interval;

    private TimeSpan Jittered(TimeSpan interval) => interval * (1 + (Setup.Probe.Jitter * ((2 * random.NextDouble()) - 1)));

    private static partial class Log
    {
        [LoggerMessage(1501, LogLevel.Error, "Probing {Backend} failed in an unexpected way; it will be probed again.")]
        public static partial void Fault(ILogger log, Exception error, string backend);
    }
}
