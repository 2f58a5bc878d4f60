using Gateway.Core;

namespace Gateway.Simulation.Gateways;

/// <summary>What a gateway counts of its attempts at one backend.</summary>
internal sealed class Lane
{
    private static readonly TimeSpan Bucket = TimeSpan.FromSeconds(5);

    private (long Attempts, long Failed, long Slow) _old;
    private (long Attempts, long Failed, long Slow) _new;
    private Instant _since;

    /// <summary>Failed attempts in a row.</summary>
    public long Streak { get; set; }

    /// <summary>Attempts that are silent, without one in between that was answered in time.</summary>
    public long Silent { get; set; }

    public Instant? LastInTime { get; set; }

    public int InFlight { get; set; }

    public void Count(Instant now, bool failed, bool slow)
    {
        Turn(now);
        _new = (_new.Attempts + 1, _new.Failed + (failed ? 1 : 0), _new.Slow + (slow ? 1 : 0));
    }

    public Outcomes Outcomes(Instant now)
    {
        Turn(now);
        return new Outcomes(_old.Attempts + _new.Attempts, _old.Failed + _new.Failed, _old.Slow + _new.Slow, 2 * Bucket);
    }

    private void Turn(Instant now)
    {
        var passed = now - _since;
        if (passed < Bucket)
        {
            return;
        }

        _old = passed < 2 * Bucket ? _new : default;
        (_new, _since) = (default, now);
    }
}
