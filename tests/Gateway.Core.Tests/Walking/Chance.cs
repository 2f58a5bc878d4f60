using System.Collections.Immutable;

namespace Gateway.Core.Tests.Walking;

/// <summary>The dice of a walk. One seed, one life.</summary>
internal sealed class Chance(int seed)
{
    private static readonly string[] Names = ["a", "b", "c", "d", "e"];

    private static readonly Fault Fault = new(FaultKind.Timeout, "no answer in time");

    private readonly Random _random = new(seed);
    private readonly Dictionary<BackendId, long> _streaks = [];

    public PoolDefinition Definition()
    {
        var names = Names.OrderBy(_ => _random.Next()).Take(_random.Next(1, Names.Length + 1)).Select(name => new BackendId(name)).ToList();
        var tiers = ImmutableArray.CreateBuilder<Tier>();
        while (names.Count > 0)
        {
            var members = _random.Next(1, names.Count + 1);
            tiers.Add(new Tier([.. names.Take(members)]));
            names.RemoveRange(0, members);
        }

        return new PoolDefinition(new PoolId("api"), tiers.ToImmutable(), Tuning());
    }

    /// <summary>Mostly a little later, sometimes much, and often to the very instant for which a timer asks.</summary>
    public Instant Later(Instant now, Instant? due) => _random.Next(10) switch
    {
        < 3 when due is { } soon && soon > now => soon,
        < 4 => now,
        < 9 => now + TimeSpan.FromMilliseconds(_random.Next(1, 1500)),
        _ => now + TimeSpan.FromSeconds(_random.Next(1, 60)),
    };

    public Tally More(Tally tally) => new(tally.Requests + _random.Next(50), tally.Failed + _random.Next(3), tally.Rescued + _random.Next(3));

    public PoolInput Input(PoolState pool, Instant at, Tally tally) => _random.Next(100) switch
    {
        < 30 => new PoolInput.ProbeCompleted(at, tally, Anybody(pool), ProbeOutcome.Passed.Instance),
        < 55 => new PoolInput.ProbeCompleted(at, tally, Anybody(pool), new ProbeOutcome.Failed(Fault)),
        < 62 => Attempt(at, tally, Anybody(pool)),
        < 67 => new PoolInput.AttemptSilent(
            at, tally, Anybody(pool), "orders", _random.Next(1, 8), new Instant(at.Ticks - TimeSpan.FromMilliseconds(_random.Next(400)).Ticks), _random.Next(2) == 0),
        < 69 => new PoolInput.AnswersResumed(at, tally, Anybody(pool)),
        < 71 => new PoolInput.ConnectionRefused(at, tally, Anybody(pool), Fault),
        < 76 => new PoolInput.FirstAnswered(at, tally, new Epoch(pool.Epoch.Number - _random.Next(2))),
        < 84 => new PoolInput.Ticked(at, tally),
        < 98 => new PoolInput.Commanded(at, tally, Command(pool), "ops"),
        _ => new PoolInput.Configured(at, tally, _random.Next(3) == 0 ? pool.Definition with { Tuning = Tuning() } : Definition()),
    };

    private PoolTuning Tuning() => new()
    {
        Fall = _random.Next(1, 4),
        Rise = _random.Next(1, 4),
        FailureStreak = _random.Next(1, 5),
        EjectionTime = TimeSpan.FromSeconds(_random.Next(0, 15)),
        Failback = Enum.GetValues<FailbackMode>()[_random.Next(3)],
        StableTime = TimeSpan.FromMilliseconds(_random.Next(0, 8000)),
        StallAttempts = _random.Next(0, 6),
        StallTime = TimeSpan.FromMilliseconds(_random.Next(10, 300)),
        StallDisarm = TimeSpan.FromMilliseconds(_random.Next(0, 6000)),
        Settle = TimeSpan.FromMilliseconds(_random.Next(0, 3000)),
        MeasureLimit = TimeSpan.FromSeconds(_random.Next(1, 60)),
    };

    private PoolInput.AttemptFailed Attempt(Instant at, Tally tally, BackendId id)
    {
        var streak = _random.Next(3) == 0 ? 1 : _streaks.GetValueOrDefault(id) + 1;
        _streaks[id] = streak;
        return new PoolInput.AttemptFailed(at, tally, id, Fault, streak);
    }

    private Command Command(PoolState pool)
    {
        var id = Anybody(pool);
        Command command = _random.Next(12) switch
        {
            0 or 1 => new Command.Switchover(id, Force: _random.Next(2) == 0),
            2 => new Command.Failback(),
            3 => new Command.Hold(),
            4 or 5 => new Command.Release(),
            6 => new Command.Drain(id),
            7 => new Command.Disable(id),
            8 or 9 or 10 => new Command.Enable(id),
            _ => new Command.Reset(id),
        };
        return _random.Next(4) == 0 ? command with { ExpectedEpoch = new Epoch(pool.Epoch.Number - _random.Next(2)) } : command;
    }

    // Mostly a backend of the pool; now and then a name that may be nobody's.
    private BackendId Anybody(PoolState pool)
    {
        var known = pool.Definition.Backends.ToList();
        return _random.Next(20) == 0 ? new BackendId(Names[_random.Next(Names.Length)]) : known[_random.Next(known.Count)];
    }
}
