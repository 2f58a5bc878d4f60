using Gateway.Core;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Incidents;

/// <summary>
/// The incidents of one pool. The engine's loop brings what happens, a timer the time; both hold the lock for as long as it takes to add some
/// numbers, and neither does anything in the world meanwhile but hand lines to the file's writer.
/// </summary>
internal sealed partial class PoolIncidents(Pool pool, Reliability figures, IncidentJournal journal, EngineClock clock, ILogger log)
{
    /// <summary>How long after the end the latency "after" is taken.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    /// <summary>By then the engine has said what a failed attempt means; a watch that nobody wants goes.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(2);

    /// <summary>What a crash may cost of the observed time.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly LatencyMinute _minute = new(clock.Now, pool);
    private readonly long[] _ended = new long[Enum.GetValues<IncidentKind>().Length];
    private IncidentState _state = IncidentState.Quiet;
    private IncidentAccount? _account;
    private IncidentWatch? _watch;
    private (Incident Incident, long[] Latency, Instant Due)? _settling;
    private Reliability _figures = figures;
    private Tally _seen;
    private Instant _seenAt = clock.Now;
    private Instant _keptAt = clock.Now;

    public Pool Pool => pool;

    /// <summary>How many of a kind have ended since the start.</summary>
    public long Ended(IncidentKind kind) => Interlocked.Read(ref _ended[(int)kind]);

    public bool IsOpen => Volatile.Read(ref _account) is not null;

    public Reliability Figures
    {
        get
        {
            lock (_gate)
            {
                Observe();
                return _watch is { } watch
                    ? _figures with { Unavailable = _figures.Unavailable + watch.Read(clock.Now).Unanswered }
                    : _figures;
            }
        }
    }

    /// <summary>The incident that goes on, as it is now.</summary>
    public Incident? Current
    {
        get
        {
            lock (_gate)
            {
                return Tell();
            }
        }
    }

    public void React(Step step)
    {
        lock (_gate)
        {
            var (before, at) = (_state.Open, step.Input.At);
            var input = new IncidentInput(step.Input, step.Before, step.After, [.. step.Records.Select(record => record.Event)]);
            (_state, var over) = _state.Step(input, () => IncidentSample.Of(pool));
            if ((over ?? _state.Open) is not { } incident)
            {
                return;
            }

            if (before is null)
            {
                Begin(incident);
            }

            if (step.Before.Exhausted != step.After.Exhausted)
            {
                (step.After.Exhausted ? (Action<Instant>)_watch!.Exhausted : _watch!.Relieved)(at);
            }

            if (over is not null)
            {
                Finish(over, IncidentEnd.Steady, over.End!, at);
            }
            else if (before is null || before.Kind != incident.Kind || before.Changes.Count != incident.Changes.Count)
            {
                Keep();
            }
        }
    }

    public void Tick()
    {
        lock (_gate)
        {
            Observe();
            var now = clock.Now;
            _minute.Take(now);
            if (_settling is { } settling && now >= settling.Due)
            {
                Settle(settling.Incident, settling.Latency);
            }

            // In a dry run nobody looks at doubts.
            var atEase = _state.Doubts.IsEmpty || !pool.View.State.Tuning.Enforced;
            if (_account is null && atEase && pool.Watched is { } idle && idle.Since + Idle < now)
            {
                pool.Watch(next: null, idle);
            }

            if (_keptAt + Heartbeat <= now)
            {
                Keep();
            }
        }
    }

    /// <summary>The gateway stops, and what is known is kept; or the pool is no longer there, and its incident is over.</summary>
    public void Close(bool removed)
    {
        lock (_gate)
        {
            Observe();
            if (_settling is { } settling)
            {
                Settle(settling.Incident, settling.Latency);
            }

            if (removed && _state.Open is { } open)
            {
                _state = IncidentState.Quiet;
                Finish(open, IncidentEnd.PoolRemoved, IncidentSample.Of(pool), clock.Now);
            }
            else
            {
                Keep();
            }
        }
    }

    private void Begin(OpenIncident incident)
    {
        if (_settling is { } settling)
        {
            Settle(settling.Incident, settling.Latency);
        }

        var start = incident.Start.At;
        _account = new IncidentAccount(journal.NextId(), pool.Id.Value, _minute.Before(start), clock);
        _watch = pool.Watch(start);
        if (_watch.Since + Idle < start)
        {
            // It was there because of something else, long before.
            var fresh = new IncidentWatch(start);
            pool.Watch(fresh, _watch);
            _watch = fresh;
        }
    }

    private void Finish(OpenIncident over, IncidentEnd end, IncidentSample counters, Instant at)
    {
        Observe();
        var told = _account!.Tell(over, counters, _watch!.Read(at), end, at);
        pool.Watch(next: null, _watch);
        (_account, _watch) = (null, null);
        _figures = _figures.With(told, clock.Now - over.Start.At);
        Interlocked.Increment(ref _ended[(int)told.Kind]);
        _settling = end == IncidentEnd.Steady ? (told, counters.Latency, at + Settling) : null;
        Keep(told);
        if (told.Moved)
        {
            Log.FailoverOver(log, told.Pool, told.Id, told.Sentence);
        }
        else
        {
            Log.Over(log, told.Pool, told.Id, told.Sentence);
        }
    }

    private void Settle(Incident incident, long[] latency)
    {
        _settling = null;
        Keep(incident with { Latency = incident.Latency with { After = IncidentSample.Quantiles(latency, pool.Latency.Read()) } });
    }

    private Incident? Tell() => _state.Open is { } open && _account is { } account
        ? account.Tell(open, IncidentSample.Of(pool), _watch!.Read(clock.Now), IncidentEnd.Open, clock.Now)
        : null;

    private void Keep() => Keep(Tell());

    private void Keep(Incident? incident)
    {
        Observe();
        _keptAt = clock.Now;
        journal.Keep(new IncidentLine { Incident = incident, Figures = _figures });
    }

    private void Observe()
    {
        var (now, tally) = (clock.Now, pool.Counters.Tally);
        _figures = _figures.Observe(now - _seenAt, tally - _seen);
        (_seenAt, _seen) = (now, tally);
    }

    private static partial class Log
    {
        [LoggerMessage(1951, LogLevel.Warning, "failover [{Pool}] incident {Id} is over. {Sentence}")]
        public static partial void FailoverOver(ILogger log, string pool, long id, string sentence);

        [LoggerMessage(1952, LogLevel.Information, "[{Pool}] incident {Id} is over. {Sentence}")]
        public static partial void Over(ILogger log, string pool, long id, string sentence);
    }
}
