using Gateway.Core;

namespace Gateway.Failover.WhatIf;

/// <summary>What a backend's attempts came to within the last ten seconds, in parts of one second.</summary>
internal sealed class OutcomeWindow
{
    private const int Parts = 10;

    private readonly (long Attempts, long Failed, long Slow)[] _parts = new (long, long, long)[Parts];
    private int _now;

    public void Add(long attempts = 0, long failed = 0, long slow = 0)
    {
        ref var part = ref _parts[_now];
        part = (part.Attempts + attempts, part.Failed + failed, part.Slow + slow);
    }

    /// <summary>What there is to tell; null while nothing of it was bad.</summary>
    public Outcomes? Read()
    {
        var sum = new Outcomes(_parts.Sum(part => part.Attempts), _parts.Sum(part => part.Failed), _parts.Sum(part => part.Slow), TimeSpan.FromSeconds(Parts));
        return sum.Failed + sum.Slow > 0 ? sum : null;
    }

    /// <summary>A second is over.</summary>
    public void Turn()
    {
        _now = (_now + 1) % Parts;
        _parts[_now] = default;
    }

    /// <summary>Who comes back begins anew.</summary>
    public void Clear() => Array.Clear(_parts);
}
