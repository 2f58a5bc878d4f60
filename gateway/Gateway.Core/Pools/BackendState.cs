namespace Gateway.Core;

/// <summary>What this gateway thinks of a backend.</summary>
public enum Health
{
    /// <summary>Not judged yet. It may serve: there is no evidence against it.</summary>
    Unknown,

    /// <summary>Gets traffic.</summary>
    Up,

    /// <summary>Doubtful evidence; still gets traffic.</summary>
    Suspected,

    /// <summary>Gets no traffic.</summary>
    Down,
}

/// <summary>What an operator has said about a backend.</summary>
public enum Admin
{
    InService,

    /// <summary>No new requests; those under way finish.</summary>
    Draining,

    /// <summary>Out of the pool.</summary>
    Disabled,
}

/// <summary>One backend of a pool, as the rules see it.</summary>
/// <param name="Since">When it last changed for people: its health, or an operator's word.</param>
/// <param name="Reason">What changed then, in plain words.</param>
public sealed record BackendState(BackendId Id, Instant Since, string Reason)
{
    public Health Health { get; init; } = Health.Unknown;

    /// <summary>When its health was judged; an operator's word does not change it.</summary>
    public Instant JudgedAt { get; init; } = Since;

    /// <summary>What was found then, in plain words.</summary>
    public string Finding { get; init; } = Reason;

    /// <summary>What it was judged by.</summary>
    public Cause JudgedBy { get; init; } = Cause.Start;

    /// <summary>Down because of live traffic, although its probe may pass; until when, and what becomes of it then.</summary>
    public Ejection? Ejection { get; init; }

    /// <summary>How often live traffic has ejected it, as far as that is not forgotten. Each doubles the time of the next.</summary>
    public int Ejections { get; init; }

    /// <summary>When it was last spared an ejection, or null.</summary>
    public Instant? SparedAt { get; init; }

    /// <summary>When it last came up, or null.</summary>
    public Instant? UpSince { get; init; }

    /// <summary>It came back from an ejection then, so that it gets less than its share for a while.</summary>
    public bool StartsSlowly { get; init; }

    public Admin Admin { get; init; } = Admin.InService;

    /// <summary>Until when an operator lets it finish what is under way; null without a limit, and when it does not drain.</summary>
    public Instant? DrainUntil { get; init; }

    /// <summary>It drains, and nothing is under way there any more.</summary>
    public bool Drained { get; init; }

    /// <summary>It asks for no new requests itself.</summary>
    public bool Leaving { get; init; }

    public Evidence Evidence { get; init; } = Evidence.None;

    public bool Ejected => Ejection is not null;

    /// <summary>Ejected, but a few requests are tried there.</summary>
    public bool OnTrial => Ejection is { TrialSince: not null };

    /// <summary>May serve: not down, and neither an operator nor itself has taken it out.</summary>
    public bool IsFit => Admin == Admin.InService && Health != Health.Down && !Leaving;

    /// <summary>Fit beyond doubt.</summary>
    public bool IsSound => Admin == Admin.InService && Health == Health.Up && !Leaving;
}

/// <summary>Down by the word of live traffic. Half-open once <see cref="TrialSince"/> is set.</summary>
/// <param name="Until">Until then nothing is tried there.</param>
public sealed record Ejection(Instant Until)
{
    /// <summary>Since when requests are tried there, or null.</summary>
    public Instant? TrialSince { get; init; }

    /// <summary>When the latest of them ended; before the first, when they began.</summary>
    public Instant? LastTrialAt { get; init; }

    /// <summary>Trials in a row that were answered well.</summary>
    public int Trials { get; init; }

    /// <summary>Nobody has asked for anything that may be tried: its probe decides.</summary>
    public bool Lapsed { get; init; }
}

/// <summary>
/// What has been seen of a backend since it was last beyond doubt. <see cref="FirstBadAt"/> and <see cref="Baseline"/>
/// remember the first bad signal, because the cost of a failover is measured from there.
/// </summary>
public sealed record Evidence(int FailedProbes, int PassedProbes, Instant? FirstBadAt, Instant? LastBadAt, Tally Baseline)
{
    public static readonly Evidence None = new(0, 0, FirstBadAt: null, LastBadAt: null, default);

    /// <summary>Attempts of clients that have been silent for too long, without one in between that was answered in time.</summary>
    public long Silent { get; init; }

    public Evidence WithFailedProbe(Instant at, Tally tally) =>
        WithBadSignal(at, tally) with { FailedProbes = FailedProbes + 1, PassedProbes = 0 };

    public Evidence WithPassedProbe() => this with { FailedProbes = 0, PassedProbes = PassedProbes + 1 };

    public Evidence WithBadSignal(Instant at, Tally tally) => FirstBadAt is null
        ? this with { FirstBadAt = at, LastBadAt = at, Baseline = tally }
        : this with { LastBadAt = at };
}
