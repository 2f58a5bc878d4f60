namespace Gateway.Tests;

/// <summary>
/// A clock that moves when it is told to. It lies in one thing: callbacks run one after the other on the thread that moves it, so that
/// all that is due has happened when <see cref="Advance"/> returns.
/// </summary>
internal sealed class FakeTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<FakeTimer> _timers = [];
    private DateTimeOffset _origin = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private TimeSpan _elapsed;

    /// <summary>Whether a timer is set that goes off in so long a time.</summary>
    public bool HasTimer(TimeSpan after)
    {
        lock (_gate)
        {
            return _timers.Exists(timer => timer.Due - _elapsed == after);
        }
    }

    /// <summary>How many timers are set that go off in at most so long a time.</summary>
    public int TimersWithin(TimeSpan span)
    {
        lock (_gate)
        {
            return _timers.Count(timer => timer.Due - _elapsed <= span);
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return _elapsed.Ticks;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _origin + _elapsed;
        }
    }

    /// <summary>Somebody sets the wall clock; the monotonic one does not notice.</summary>
    public void SetWallClock(TimeSpan by)
    {
        lock (_gate)
        {
            _origin += by;
        }
    }

    public void Advance(TimeSpan by)
    {
        TimeSpan until;
        lock (_gate)
        {
            until = _elapsed + by;
        }

        while (TakeDue(until) is { } due)
        {
            due.Fire();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private FakeTimer? TakeDue(TimeSpan until)
    {
        lock (_gate)
        {
            var due = _timers.Where(timer => timer.Due <= until).MinBy(timer => timer.Due);
            _elapsed = due?.Due > _elapsed ? due.Due : due is null ? until : _elapsed;
            due?.Rearm();
            return due;
        }
    }

    private sealed class FakeTimer(FakeTimeProvider time, Action fire) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public TimeSpan Due { get; private set; }

        public void Fire() => fire();

        public void Rearm()
        {
            Due += _period;
            if (_period <= TimeSpan.Zero)
            {
                time._timers.Remove(this);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                _period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = time._elapsed + dueTime;
                    time._timers.Add(this);
                }
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
