using Gateway.Core;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Incidents;

/// <summary>
/// Readings of a pool's latency histogram over the last minute, one every ten seconds. A pool that nobody asks has one array and not seven; the
/// bound is 18 KB a pool.
/// </summary>
internal sealed class LatencyMinute
{
    private const int Most = 7;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Pool _pool;
    private readonly Queue<(Instant At, long[] Latency)> _readings = new(Most + 1);
    private (Instant At, long Requests, long[] Latency) _last;

    public LatencyMinute(Instant at, Pool pool)
    {
        _pool = pool;
        _last = (at, pool.Counters.Tally.Requests, pool.Latency.Read());
        _readings.Enqueue((at, _last.Latency));
    }

    public void Take(Instant now)
    {
        if (now < _last.At + Interval)
        {
            return;
        }

        var requests = _pool.Counters.Tally.Requests;
        _last = (now, requests, requests == _last.Requests ? _last.Latency : _pool.Latency.Read());
        _readings.Enqueue((now, _last.Latency));
        if (_readings.Count > Most)
        {
            _readings.Dequeue();
        }
    }

    /// <summary>The oldest reading of the minute before an instant; null when there is none.</summary>
    public long[]? Before(Instant at) => _readings.FirstOrDefault(reading => reading.At < at).Latency;
}
