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
        < 49 => new PoolInput.ProbeCompleted(at, tally, Anybody(pool), new ProbeOutcome.Failed(Fault)),
        < 51 => new PoolInput.ProbeCompleted(at, tally, Anybody(pool), new ProbeOutcome.Draining("asked to")),
        < 54 => new PoolInput.AttemptSucceeded(at, tally, Anybody(pool)),
        < 55 => new PoolInput.AttemptsCounted(
            at, tally, Anybody(pool), new Outcomes(_random.Next(40), _random.Next(20), _random.Next(20), TimeSpan.FromSeconds(10))),
        < 56 => new PoolInput.Emptied(at, tally, Anybody(pool)),
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
        StatusStreak = _random.Next(1, 5),
        FailureRatio = _random.NextDouble(),
        SlowRatio = _random.Next(3) == 0 ? _random.NextDouble() : 0,
        RatioAttempts = _random.Next(1, 30),
        EjectionTime = TimeSpan.FromSeconds(_random.Next(0, 15)),
        EjectionLimit = TimeSpan.FromSeconds(_random.Next(10, 60)),
        EjectionMemory = TimeSpan.FromSeconds(_random.Next(0, 30)),
        MaxEjected = _random.NextDouble(),
        Trials = _random.Next(0, 4),
        TrialTime = TimeSpan.FromSeconds(_random.Next(0, 20)),
        SlowStart = TimeSpan.FromSeconds(_random.Next(0, 20)),
        TierMinimum = new TierMinimum(_random.Next(1, 3), _random.Next(3) == 0 ? _random.NextDouble() : 0),
        SpillOver = _random.Next(3) == 0 ? 1 + _random.NextDouble() : 0,
        MinTimeBetweenChanges = TimeSpan.FromSeconds(_random.Next(0, 10)),
        MaxChangesPerHour = _random.Next(0, 6),
        Enforced = _random.Next(6) != 0,
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
            6 => new Command.Drain(id) { Within = _random.Next(2) == 0 ? TimeSpan.FromSeconds(_random.Next(0, 20)) : null },
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
