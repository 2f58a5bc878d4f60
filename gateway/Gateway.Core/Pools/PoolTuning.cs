namespace Gateway.Core;

/// <summary>When a pool returns to a tier that it prefers over the active one.</summary>
public enum FailbackMode
{
    /// <summary>By itself, once the preferred tier has been up for the stable time.</summary>
    Automatic,

    /// <summary>When an operator says so.</summary>
    Manual,

    /// <summary>Not even then: an operator has to ask for a switchover by name.</summary>
    Never,
}

/// <summary>The numbers that the rules use. Defaults are those of the configuration reference.</summary>
public sealed record PoolTuning
{
    public static readonly PoolTuning Default = new();

    /// <summary>Consecutive failed probes that take a backend down.</summary>
    public int Fall { get; init; } = 2;

    /// <summary>Consecutive passed probes that bring a backend back.</summary>
    public int Rise { get; init; } = 2;

    /// <summary>Consecutive failed attempts of live requests that eject a backend.</summary>
    public int FailureStreak { get; init; } = 3;

    /// <summary>The same where the last of them was answered, with a status that counts as a failure.</summary>
    public int StatusStreak { get; init; } = 3;

    /// <summary>The share of failed attempts that ejects a backend, 0 to 1. 0 switches the rule off.</summary>
    public double FailureRatio { get; init; } = 0.5;

    /// <summary>The share of slow answers that ejects a backend, 0 to 1. 0 switches the rule off.</summary>
    public double SlowRatio { get; init; }

    /// <summary>Attempts that have to be known before either share means anything.</summary>
    public int RatioAttempts { get; init; } = 20;

    /// <summary>How long a backend is ejected for the first time, before it may show by trials that it is well.</summary>
    public TimeSpan EjectionTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Every repeat doubles the time of ejection, up to this.</summary>
    public TimeSpan EjectionLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For so long a backend has to be up for one of its ejections to be forgotten.</summary>
    public TimeSpan EjectionMemory { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The share of a tier that live traffic may eject while no other tier can take over, 0 to 1. The last that can serve never is.</summary>
    public double MaxEjected { get; init; } = 0.5;

    /// <summary>Trial requests in a row that have to be answered well before an ejected backend is up. 0: its probe is enough.</summary>
    public int Trials { get; init; } = 5;

    /// <summary>After so long without a trial, because nobody asks for anything that may be tried, its probe is enough.</summary>
    public TimeSpan TrialTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a backend that was ejected gets less than its share after it came back.</summary>
    public TimeSpan SlowStart { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Distinct silent attempts of a route that make a stall. 0 switches stall detection off.</summary>
    public int StallAttempts { get; init; } = 5;

    /// <summary>How long nobody on that route was answered in time before it is one.</summary>
    public TimeSpan StallTime { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>How long after a change of the active backend its silence is forgiven: a standby may be cold.</summary>
    public TimeSpan StallDisarm { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many backends of a tier have to be fit for the tier to be preferred over one that has enough.</summary>
    public TierMinimum TierMinimum { get; init; } = TierMinimum.One;

    /// <summary>
    /// How much of its load a tier is trusted to carry beyond what it carries when all are fit; what is more spills over to the next. 0: nothing ever
    /// does. As Envoy's overprovisioning factor, which is 1.4.
    /// </summary>
    public double SpillOver { get; init; }

    /// <summary>Whether backends that are not active get every request that no active one can take.</summary>
    public bool StandbyServes { get; init; } = true;

    public FailbackMode Failback { get; init; } = FailbackMode.Automatic;

    /// <summary>How long the preferred tier has to be up without a doubt before the pool returns to it.</summary>
    public TimeSpan StableTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The least time from one change to a failback that the pool makes by itself.</summary>
    public TimeSpan MinTimeBetweenChanges { get; init; } = TimeSpan.Zero;

    /// <summary>Changes that a pool may make by itself within an hour; then it makes none until the hour is over. 0: any number.</summary>
    public int MaxChangesPerHour { get; init; } = 12;

    /// <summary>Whether what the rules decide is done. Otherwise it is only said: a dry run.</summary>
    public bool Enforced { get; init; } = true;

    /// <summary>How long after the first good answer of the new backend the window of a change stays open for its figures.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>When the window of a change is closed although no request has come that could show a first good answer.</summary>
    public TimeSpan MeasureLimit { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>How many backends of a tier have to be fit: a number of them, or a share of those in service.</summary>
/// <param name="Number">At least 1.</param>
/// <param name="Share">0 to 1.</param>
public readonly record struct TierMinimum(int Number, double Share)
{
    public static readonly TierMinimum One = new(1, 0);

    /// <summary>Never more than there are, and never none.</summary>
    /// <param name="inService">The tier's backends that no operator has taken out.</param>
    public int Of(int inService) => Math.Clamp(Math.Max(Number, (int)Math.Ceiling(Share * inService)), 1, Math.Max(1, inService));
}
