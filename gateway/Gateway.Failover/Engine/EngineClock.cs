using Gateway.Core;

namespace Gateway.Failover.Engine;

/// <summary>
/// The two kinds of time. Rules run on the monotonic one, which a changed wall clock does not touch; people read the wall clock.
/// </summary>
internal sealed class EngineClock
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _time;
    private readonly long _origin;
    private long _wallOriginTicks;

    public EngineClock(TimeProvider time)
    {
        _time = time;
        _origin = time.GetTimestamp();
        _wallOriginTicks = time.GetUtcNow().UtcTicks;
    }

    public TimeProvider Time => _time;

    public Instant Now => new(_time.GetElapsedTime(_origin).Ticks);

    /// <summary>An instant as people read it.</summary>
    public DateTimeOffset Wall(Instant at) => new(Volatile.Read(ref _wallOriginTicks) + at.Ticks, TimeSpan.Zero);

    /// <summary>An instant out of the journal, which knows the wall clock only. It is never in the future, whatever that clock was.</summary>
    public Instant FromWall(DateTimeOffset at) => new(Math.Min(at.UtcTicks - Volatile.Read(ref _wallOriginTicks), Now.Ticks));

    /// <summary>Follows a wall clock that was set; small drift is left alone, so that a shown time does not jitter.</summary>
    public void FollowWall()
    {
        var now = _time.GetUtcNow().UtcTicks;
        if (Math.Abs(now - Wall(Now).UtcTicks) > Tolerance.Ticks)
        {
            Volatile.Write(ref _wallOriginTicks, now - Now.Ticks);
        }
    }
}
