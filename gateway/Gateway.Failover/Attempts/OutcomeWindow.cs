using Gateway.Core;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Attempts;

/// <summary>
/// What a backend's attempts came to of late, by readings of the counters that there are anyway: one reading each second, so that a request pays
/// nothing for it. The watch's alone.
/// </summary>
internal sealed class OutcomeWindow
{
    private readonly Queue<Reading> _readings = new();
    private Reading _before;
    private long _revivals;

    /// <summary>What happened within the window.</summary>
    public Outcomes Read(Backend backend, Instant now, TimeSpan window)
    {
        var latest = new Reading(now, backend.Judged, backend.Blamed, backend.Slow);
        if (backend.Comebacks != _revivals)
        {
            // What it did before it came back is not held against it a second time.
            _revivals = backend.Comebacks;
            _readings.Clear();
            _before = latest;
        }

        _readings.Enqueue(latest);
        while (_readings.TryPeek(out var oldest) && now - oldest.At >= window)
        {
            _before = _readings.Dequeue();
        }

        return new Outcomes(latest.Attempts - _before.Attempts, latest.Failed - _before.Failed, latest.Slow - _before.Slow, window);
    }

    private readonly record struct Reading(Instant At, long Attempts, long Failed, long Slow);
}
