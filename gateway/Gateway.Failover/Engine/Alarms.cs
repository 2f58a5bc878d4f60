using Gateway.Core;

namespace Gateway.Failover.Engine;

/// <summary>
/// When each pool wants to hear of the time. A pool sets its alarm when something has happened to it, so that a thousand pools at rest cost nothing; an alarm
/// that was set anew is passed over when its old time comes. The engine's alone.
/// </summary>
internal sealed class Alarms
{
    private readonly PriorityQueue<(Pool Pool, long Turn), Instant> _queue = new();
    private readonly Dictionary<Pool, (long Turn, Instant? Due)> _set = [];
    private Instant? _told;

    public void Set(Pool pool)
    {
        var (turn, known) = _set.GetValueOrDefault(pool);
        var due = Timers.NextDue(pool.View.State);
        if (due == known)
        {
            return;
        }

        _set[pool] = (turn + 1, due);
        if (due is { } at)
        {
            _queue.Enqueue((pool, turn + 1), at);
        }
    }

    /// <summary>Takes off those whose time has come.</summary>
    public IReadOnlyList<Pool> Due(Instant now)
    {
        // Whatever comes of it, the timer is set anew: it may have gone off a moment too soon.
        _told = null;
        List<Pool> due = [];
        while (_queue.TryPeek(out var next, out var at) && at <= now)
        {
            _queue.Dequeue();
            if (IsValid(next))
            {
                _set[next.Pool] = (next.Turn, null);
                due.Add(next.Pool);
            }
        }

        return due;
    }

    /// <summary>Whether the next alarm is at another time than when this was last asked.</summary>
    public bool HasMoved(out Instant? next)
    {
        while (_queue.TryPeek(out var first, out _) && !IsValid(first))
        {
            _queue.Dequeue();
        }

        next = _queue.TryPeek(out _, out var at) ? at : null;
        var moved = next != _told;
        _told = next;
        return moved;
    }

    /// <summary>Forgets the pools that are no more.</summary>
    public void Keep(IEnumerable<Pool> pools)
    {
        foreach (var gone in _set.Keys.Except(pools).ToList())
        {
            _set.Remove(gone);
        }
    }

    private bool IsValid((Pool Pool, long Turn) alarm) => _set.TryGetValue(alarm.Pool, out var set) && set.Turn == alarm.Turn && set.Due is not null;
}
