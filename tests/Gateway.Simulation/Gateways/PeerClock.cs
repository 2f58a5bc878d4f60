using Gateway.Core;
using Gateway.Simulation.Worlds;

namespace Gateway.Simulation.Gateways;

/// <summary>
/// The two clocks of a gateway: a monotonic one with a zero of its own that goes a little wrong, and a wall clock that is wrong, and is set now and then.
/// The wall clock has dice of its own: another wall clock must make no difference.
/// </summary>
internal sealed class PeerClock(Agenda agenda, Dice dice, Dice wallDice)
{
    private const long Million = 1_000_000;
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(100);

    private readonly long _drift = dice.Between(-100, 100);
    private TimeSpan _zero = TimeSpan.FromDays(-dice.Below(30));
    private TimeSpan _wallError = TimeSpan.FromSeconds(wallDice.Between(-1_000_000, 1_000_000));
    private TimeSpan _origin;

    public Instant Now => At(agenda.Now);

    /// <summary>How often the wall clock was set.</summary>
    public int Set { get; private set; }

    /// <summary>What the wall shows at an instant, by what this process believes.</summary>
    public TimeSpan Wall(Instant at) => _origin + TimeSpan.FromTicks(at.Ticks);

    public Instant FromWall(TimeSpan wall) => new((wall - _origin).Ticks);

    public Instant At(TimeSpan time)
    {
        var elapsed = (time - _zero).Ticks;
        return new Instant(elapsed + (elapsed / Million * _drift));
    }

    /// <summary>How long until an instant, and never a tick too little.</summary>
    public TimeSpan Until(Instant at)
    {
        var wait = Math.Max(0, at.Ticks - Now.Ticks);
        return TimeSpan.FromTicks(wait - (wait / Million * _drift) + 300);
    }

    public void SetWall()
    {
        _wallError += TimeSpan.FromSeconds(wallDice.Between(-4000, 4000));
        Set++;
    }

    public void FollowWall()
    {
        var now = agenda.Now + _wallError;
        if ((now - Wall(Now)).Duration() > Tolerance)
        {
            _origin = now - TimeSpan.FromTicks(Now.Ticks);
        }
    }

    /// <summary>Another process: another zero.</summary>
    public void Restart()
    {
        _zero = agenda.Now - TimeSpan.FromSeconds(dice.Below(100_000));
        FollowWall();
    }
}
