using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Attempts;

/// <summary>
/// Looks at every request under way a hundred times a second and does what only time can tell: cuts an attempt that is silent for too long or whose
/// client left, starts a hedge, ends a wait, and counts silence for the judge.
/// </summary>
/// <remarks>
/// One watch instead of timers and linked tokens for each request: entering and leaving cost a request one write of memory each, where a timer and
/// a registration cost more than all the rest of failover. The price is that nothing happens sooner than at its next look. The watch also
/// knows by how much it is late itself: for so long this process did not get its turn, its backends may have answered meanwhile, and that part of
/// their silence means nothing.
/// </remarks>
internal sealed partial class AttemptWatch(PoolDirectory pools, Inbox inbox, EngineClock clock, ILogger<AttemptWatch> log) : IHostedService, IReactor, IDisposable
{
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan Recently = TimeSpan.FromSeconds(1);

    private readonly AttemptRoster _roster = new();
    private readonly Lock _sweeping = new();
    private ITimer? _timer;
    private long _last = clock.Time.GetTimestamp();
    private long _lastSecond = clock.Time.GetTimestamp();
    private int _resting = 1;

    /// <summary>How often it has looked.</summary>
    public long Looks { get; private set; }

    public void Add(AttemptInvoker request)
    {
        _roster.Add(request);
        if (Volatile.Read(ref _resting) == 1)
        {
            WakeUp();
        }
    }

    public void Remove(AttemptInvoker request) => _roster.Remove(request);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = clock.Time.CreateTimer(_ => Sweep(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _timer?.Dispose();

    /// <summary>A verdict is acted upon at once.</summary>
    public void React(Step step)
    {
        if (step.Records.Any(record => record.Event is PoolEvent.BackendWentDown or PoolEvent.BackendSuspected or PoolEvent.ActiveChanged or PoolEvent.BackendDrained))
        {
            ThreadPool.UnsafeQueueUserWorkItem(static watch => watch.Sweep(), this, preferLocal: false);
        }

        Revive(step);
    }

    private static void Revive(Step step)
    {
        var released = false;
        foreach (var record in step.Records)
        {
            BackendId? revived = record.Event switch
            {
                PoolEvent.BackendCameUp e => e.Backend,
                PoolEvent.BackendAdminChanged e => e.Backend,
                PoolEvent.BackendStays e => e.Backend,
                PoolEvent.BackendReset e => e.Backend,
                _ => null,
            };
            released |= revived is not null || record.Event is PoolEvent.ActiveChanged or PoolEvent.PoolConfigured;
            if (revived is { } id)
            {
                step.Pool.Members.GetValueOrDefault(id.Value)?.Revive();
            }
        }

        if (released)
        {
            step.Pool.Attempts.Hold.Release();
        }
    }

    /// <summary>One look at everything.</summary>
    public void Sweep()
    {
        // One look at a time, and nobody waits for another's: the next comes soon.
        if (!_sweeping.TryEnter())
        {
            return;
        }

        try
        {
            SweepOnce();
        }
        catch (Exception e)
        {
            // The top of a timer's call: a bug in a look at one request must not end all looking.
            Log.Fault(log, e);
        }
        finally
        {
            _sweeping.Exit();
        }
    }

    private void SweepOnce()
    {
        var now = clock.Time.GetTimestamp();
        var late = clock.Time.GetElapsedTime(_last, now) - Period;
        var look = new Look(now, late > TimeSpan.Zero ? late : TimeSpan.Zero, clock.Time);
        _last = now;
        var seen = _roster.Visit(look);
        Looks++;
        if (clock.Time.GetElapsedTime(_lastSecond, now) is var passed && passed >= Recently)
        {
            _lastSecond = now;
            EachSecond((int)Math.Min(passed.TotalSeconds, RetryBudget.SavedFor.TotalSeconds));
        }

        foreach (var pool in pools.All.Values)
        {
            Report(pool, look);
        }

        if (seen == 0)
        {
            CountAll();
            Rest();
        }
    }

    /// <param name="seconds">How many have passed: more than one after a rest.</param>
    private void EachSecond(int seconds)
    {
        foreach (var pool in pools.All.Values)
        {
            var options = pool.Setup.Options;
            for (var second = 0; second < seconds; second++)
            {
                pool.Attempts.Budget.Read();
            }

            foreach (var route in pool.Attempts.Routes)
            {
                route.Learn(options.Hedging, options.Judging.Stall);
            }

            Count(pool, options.Judging);
        }
    }

    // Before a rest, so that what has just ended is judged now and not as part of what comes hours later.
    private void CountAll()
    {
        foreach (var pool in pools.All.Values)
        {
            Count(pool, pool.Setup.Options.Judging);
        }
    }

    private void Count(Pool pool, JudgingOptions judging)
    {
        foreach (var backend in pool.Members.Values)
        {
            var outcomes = backend.Outcomes.Read(backend, clock.Now, judging.RatioWindow);
            if (outcomes.Attempts >= judging.RatioAttempts && (outcomes.Failed > 0 || outcomes.Slow > 0))
            {
                inbox.AttemptsCounted(pool, backend, outcomes);
            }
        }
    }

    // Told again at every look while it lasts: what makes a stall of a silence is that it goes on, and that somebody else answers.
    private void Report(Pool pool, Look look)
    {
        foreach (var route in pool.Attempts.Routes)
        {
            foreach (var lane in route.Lanes)
            {
                if (lane.Silent > 0 && look.Since(lane.LastSilent) < Recently)
                {
                    var others = route.AnsweredBesides(lane.Backend, Math.Max(lane.SilentSince, look.Before(Recently)));
                    inbox.AttemptSilent(pool, lane.Backend, route.Id, lane.Silent, clock.Time.GetElapsedTime(lane.SilentSince, lane.LastSilent), others);
                }
            }
        }
    }

    // A process with nothing to do is not woken up.
    private void Rest()
    {
        _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // A full fence: who is added from here on sees it.
        Interlocked.Exchange(ref _resting, 1);
        if (!_roster.IsEmpty)
        {
            // It came between the look and the rest.
            WakeUp();
        }
    }

    private void WakeUp()
    {
        if (Interlocked.Exchange(ref _resting, 0) == 1)
        {
            Volatile.Write(ref _last, clock.Time.GetTimestamp());
            _timer?.Change(Period, Period);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1801, LogLevel.Error, "Looking at the requests under way failed in an unexpected way; it goes on.")]
        public static partial void Fault(ILogger log, Exception error);
    }
}

/// <summary>One look at the requests under way.</summary>
/// <param name="Now">The timestamp of the look.</param>
/// <param name="Late">By how much it comes later than it should: so long this process did not get its turn.</param>
internal readonly record struct Look(long Now, TimeSpan Late, TimeProvider Time)
{
    public TimeSpan Since(long timestamp) => Time.GetElapsedTime(timestamp, Now);

    public long Before(TimeSpan span) => Now - (long)(span.TotalSeconds * Time.TimestampFrequency);
}
