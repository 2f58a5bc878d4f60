using System.Collections.Immutable;
using Gateway.Core;

namespace Gateway.Simulation.Worlds;

/// <summary>What a seed is about: the pool and its tuning, how many gateways, how fast everything goes.</summary>
internal sealed class Scenery
{
    /// <summary>Machines that exist, whether or not the pool knows them.</summary>
    public const int Machines = 5;

    private static readonly ImmutableArray<TimeSpan> Paces =
        [TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)];

    private static readonly ImmutableArray<double> Loads = [0.05, 0.1, 0.3, 1, 4];

    public Scenery(Dice dice)
    {
        Gateways = dice.OneIn(3) ? 3 : 1;
        // A journal tells of no configuration, so that what was known before one cannot be told from it: see the report of what is missing.
        Reconfigures = Gateways == 1 && dice.OneIn(3);
        ProbeInterval = dice.Pick(Paces);
        ProbeTimeout = dice.Milliseconds(200, 900);
        RequestInterval = TimeSpan.FromTicks((long)(ProbeInterval.Ticks * dice.Pick(Loads)));
        AttemptTimeout = dice.Milliseconds(300, 3000);
        SilentAfter = dice.Milliseconds(20, 150);
        Definition = Pool(dice);
    }

    public int Gateways { get; }

    public bool Reconfigures { get; }

    public TimeSpan ProbeInterval { get; }

    public TimeSpan ProbeTimeout { get; }

    public TimeSpan RequestInterval { get; }

    public TimeSpan AttemptTimeout { get; }

    /// <summary>How long answers may take here before they are late.</summary>
    public TimeSpan SilentAfter { get; }

    public PoolDefinition Definition { get; }

    public static BackendId Id(int machine) => new(((char)('a' + machine)).ToString());

    public static int Machine(BackendId id) => id.Value[0] - 'a';

    public PoolDefinition Pool(Dice dice)
    {
        var names = new List<BackendId>();
        for (var machine = 0; machine < Machines; machine++)
        {
            names.Insert(dice.Below(names.Count + 1), Id(machine));
        }

        names.RemoveRange(0, dice.Below(Machines));
        var tiers = ImmutableArray.CreateBuilder<Tier>();
        while (names.Count > 0)
        {
            var members = dice.Between(1, Math.Min(3, names.Count));
            tiers.Add(new Tier([.. names.GetRange(0, members)]));
            names.RemoveRange(0, members);
        }

        return new PoolDefinition(new PoolId("api"), tiers.ToImmutable(), Tuning(dice)) { Shared = Gateways > 1 };
    }

    public static PoolTuning Tuning(Dice dice)
    {
        var ejection = dice.Seconds(1, 15);
        return new PoolTuning
        {
            Fall = dice.Between(1, 3),
            Rise = dice.Between(1, 3),
            FailureStreak = dice.Between(1, 5),
            StatusStreak = dice.Between(1, 5),
            FailureRatio = dice.OneIn(4) ? 0 : dice.Share(),
            SlowRatio = dice.OneIn(2) ? dice.Share() : 0,
            RatioAttempts = dice.Between(2, 20),
            EjectionTime = ejection,
            EjectionLimit = ejection + dice.Seconds(0, 60),
            EjectionMemory = dice.Seconds(1, 60),
            MaxEjected = dice.Share(),
            Trials = dice.Between(0, 4),
            TrialTime = dice.Seconds(1, 20),
            SlowStart = dice.Seconds(0, 20),
            TierMinimum = new TierMinimum(dice.Between(1, 2), dice.OneIn(3) ? dice.Share() : 0),
            SpillOver = dice.OneIn(3) ? 1 + dice.Share() : 0,
            MinTimeBetweenChanges = dice.OneIn(2) ? dice.Seconds(0, 20) : TimeSpan.Zero,
            MaxChangesPerHour = dice.OneIn(3) ? dice.Between(1, 3) : dice.Between(0, 12),
            Enforced = !dice.OneIn(8),
            Failback = dice.OneIn(4) ? (dice.OneIn(2) ? FailbackMode.Manual : FailbackMode.Never) : FailbackMode.Automatic,
            StableTime = dice.OneIn(2) ? dice.Milliseconds(0, 3000) : dice.Seconds(0, 30),
            StallAttempts = dice.Between(0, 5),
            StallTime = dice.Milliseconds(10, 300),
            StallDisarm = dice.Milliseconds(0, 6000),
            Settle = dice.Milliseconds(0, 3000),
            MeasureLimit = dice.Seconds(1, 60),
        };
    }
}
