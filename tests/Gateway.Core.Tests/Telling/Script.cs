using System.Collections.Immutable;
using System.Globalization;

namespace Gateway.Core.Tests.Telling;

/// <summary>What the words of a story mean.</summary>
internal static class Script
{
    public static PoolDefinition Definition(PoolId id, string tiers, PoolTuning tuning) => new(
        id, [.. tiers.Split('|').Select(tier => new Tier([.. tier.Split('+').Select(name => new BackendId(name.Trim()))]))], tuning);

    public static PoolTuning Tuning(PoolTuning tuning, string settings) => settings.Split(' ').Aggregate(tuning, (sum, setting) =>
        setting.Split('=') switch
        {
            ["fall", var value] => sum with { Fall = Number(value) },
            ["rise", var value] => sum with { Rise = Number(value) },
            ["streak", var value] => sum with { FailureStreak = Number(value) },
            ["statusstreak", var value] => sum with { StatusStreak = Number(value) },
            ["ratio", var value] => sum with { FailureRatio = Decimal(value) },
            ["slowratio", var value] => sum with { SlowRatio = Decimal(value) },
            ["attempts", var value] => sum with { RatioAttempts = Number(value) },
            ["ejection", var value] => sum with { EjectionTime = Span(value) },
            ["ejectionlimit", var value] => sum with { EjectionLimit = Span(value) },
            ["memory", var value] => sum with { EjectionMemory = Span(value) },
            ["maxejected", var value] => sum with { MaxEjected = Decimal(value) },
            ["trials", var value] => sum with { Trials = Number(value) },
            ["trialtime", var value] => sum with { TrialTime = Span(value) },
            ["slowstart", var value] => sum with { SlowStart = Span(value) },
            ["minimum", [.. var share, '%']] => sum with { TierMinimum = new TierMinimum(1, Number(share) / 100.0) },
            ["minimum", var value] => sum with { TierMinimum = new TierMinimum(Number(value), 0) },
            ["spill", var value] => sum with { SpillOver = Decimal(value) },
            ["between", var value] => sum with { MinTimeBetweenChanges = Span(value) },
            ["changes", var value] => sum with { MaxChangesPerHour = Number(value) },
            ["standby", var value] => sum with { StandbyServes = value == "any" },
            ["enforced", var value] => sum with { Enforced = bool.Parse(value) },
            ["failback", var value] => sum with { Failback = Enum.Parse<FailbackMode>(value, ignoreCase: true) },
            ["stable", var value] => sum with { StableTime = Span(value) },
            ["stall", var value] => sum with { StallAttempts = Number(value) },
            ["stalltime", var value] => sum with { StallTime = Span(value) },
            ["disarm", var value] => sum with { StallDisarm = Span(value) },
            ["settle", var value] => sum with { Settle = Span(value) },
            ["limit", var value] => sum with { MeasureLimit = Span(value) },
            _ => throw new FormatException($"\"{setting}\" is no tuning."),
        });

    /// <summary>Takes <c>tally=requests/failed/rescued</c> off the end; without it, nothing was counted since the last one.</summary>
    public static (string Words, Tally Tally) TakeTally(string rest, Tally last)
    {
        var parts = rest.Split(" tally=");
        return parts is [_, var counts] && counts.Split('/') is [var requests, var failed, var rescued]
            ? (parts[0], new Tally(Number(requests), Number(failed), Number(rescued)))
            : (rest, last);
    }

    public static IEnumerable<PoolInput> Inputs(PoolState pool, Instant at, Tally tally, string words) => words.Split(' ') switch
    {
        ["probe", var backends, "passes"] =>
            Each(backends, id => new PoolInput.ProbeCompleted(at, tally, id, ProbeOutcome.Passed.Instance)),
        ["probe", var backends, "fails", var fault] =>
            Each(backends, id => new PoolInput.ProbeCompleted(at, tally, id, new ProbeOutcome.Failed(Fault(fault)))),
        ["request", var backends, "fails", var fault, var streak] when streak.StartsWith("streak=", StringComparison.Ordinal) =>
            Each(backends, id => new PoolInput.AttemptFailed(at, tally, id, Fault(fault), Number(streak[7..]))),
        ["probe", var backends, "drains"] =>
            Each(backends, id => new PoolInput.ProbeCompleted(at, tally, id, new ProbeOutcome.Draining("X-Failover-Drain"))),
        ["trial", var backends, "succeeds"] => Each(backends, id => new PoolInput.AttemptSucceeded(at, tally, id)),
        ["trial", var backends, "fails", var fault] =>
            Each(backends, id => new PoolInput.AttemptFailed(at, tally, id, Fault(fault), Streak: 1)),
        ["counted", var backends, var attempts, "failed", var failed, "slow", var slow] => Each(backends, id => new PoolInput.AttemptsCounted(
            at, tally, id, new Outcomes(Number(attempts), Number(failed), Number(slow), TimeSpan.FromSeconds(10)))),
        ["empty", var backends] => Each(backends, id => new PoolInput.Emptied(at, tally, id)),
        ["agreed", ['r', 'e', 'v', 'i', 's', 'i', 'o', 'n', '=', .. var revision], "on", var backend, ['e', 'p', 'o', 'c', 'h', '=', .. var epoch]] =>
            [Learned(pool, at, tally, Number(revision), new BackendId(backend), new Epoch(Number(epoch)))],
        ["silent", var backends, ['#', .. var number], "since", var since, .. var rest] => Each(backends, id => new PoolInput.AttemptSilent(
            at, tally, id, "orders", Number(number), At(since), OthersAnswer: rest is ["others", "answer"])),
        ["in", "time", var backends] => Each(backends, id => new PoolInput.AnswersResumed(at, tally, id)),
        ["refuses", var backends] => Each(backends, id => new PoolInput.ConnectionRefused(at, tally, id, Fault("refused"))),
        ["answered", var epoch] => [new PoolInput.FirstAnswered(at, tally, Epoch(epoch) ?? throw new FormatException("Which epoch?"))],
        ["answered", var epoch, ['a', 's', 'k', 'e', 'd', '=', .. var asked]] =>
            [new PoolInput.FirstAnswered(at, tally, Epoch(epoch) ?? throw new FormatException("Which epoch?")) { AskedAt = At(asked) }],
        ["tick"] => [new PoolInput.Ticked(at, tally)],
        ["configure:", ..] => [new PoolInput.Configured(at, tally, Reconfigured(pool, words[10..].Split(" with ")))],
        ["operator", var by, .. var command] => [new PoolInput.Commanded(at, tally, Command(command), by)],
        _ => throw new FormatException($"\"{words}\" is no observation."),
    };

    private static PoolInput.VerdictLearned Learned(PoolState pool, Instant at, Tally tally, long revision, BackendId backend, Epoch epoch)
    {
        var tier = pool.Definition.Tiers[pool.Definition.FindTier([backend])];
        return new PoolInput.VerdictLearned(at, tally, revision, new PoolEvent.ActiveChanged(
            at, epoch, ChangeKind.Failover, pool.Active.Name, tier.Name, tier.Backends, Cause.ProbeFailed, FirstSignalAt: null, tally, Pinned: false,
            $"{pool.Id} moved from {pool.Active.Name} to {tier.Name}, as a peer has found."));
    }

    public static Instant At(string text) => new Instant(0) + Span(text);

    private static PoolDefinition Reconfigured(PoolState pool, string[] tiersAndTuning) => Definition(
        pool.Id, tiersAndTuning[0], tiersAndTuning is [_, var settings] ? Tuning(pool.Tuning, settings) : pool.Tuning);

    private static Command Command(string[] words) => words switch
    {
        ["switchover", "to", var backend, .. var rest] =>
            new Command.Switchover(new BackendId(backend), rest.Contains("force")) { ExpectedEpoch = ExpectedEpoch(rest) },
        ["failback", .. var rest] => new Command.Failback { ExpectedEpoch = ExpectedEpoch(rest) },
        ["hold", .. var rest] => new Command.Hold { ExpectedEpoch = ExpectedEpoch(rest) },
        ["release", .. var rest] => new Command.Release { ExpectedEpoch = ExpectedEpoch(rest) },
        ["drain", var backend, "within", var span, .. var rest] =>
            new Command.Drain(new BackendId(backend)) { Within = Span(span), ExpectedEpoch = ExpectedEpoch(rest) },
        ["drain", var backend, .. var rest] => new Command.Drain(new BackendId(backend)) { ExpectedEpoch = ExpectedEpoch(rest) },
        ["disable", var backend, .. var rest] => new Command.Disable(new BackendId(backend)) { ExpectedEpoch = ExpectedEpoch(rest) },
        ["enable", var backend, .. var rest] => new Command.Enable(new BackendId(backend)) { ExpectedEpoch = ExpectedEpoch(rest) },
        ["reset", var backend, .. var rest] => new Command.Reset(new BackendId(backend)) { ExpectedEpoch = ExpectedEpoch(rest) },
        _ => throw new FormatException($"\"{string.Join(' ', words)}\" is no command."),
    };

    private static Epoch? ExpectedEpoch(string[] words) => words.Select(Epoch).FirstOrDefault(epoch => epoch is not null);

    private static Epoch? Epoch(string word) =>
        word.StartsWith("epoch=", StringComparison.Ordinal) ? new Epoch(Number(word[6..])) : null;

    private static Fault Fault(string word) => word switch
    {
        "refused" => new Fault(FaultKind.Connect, "connection refused"),
        "timeout" => new Fault(FaultKind.Timeout, "no answer in time"),
        "reset" => new Fault(FaultKind.Broken, "connection reset"),
        _ => new Fault(FaultKind.Status, $"answered {Number(word)}"),
    };

    private static ImmutableArray<PoolInput> Each(string backends, Func<BackendId, PoolInput> input) =>
        [.. backends.Split(',').Select(name => input(new BackendId(name)))];

    private static TimeSpan Span(string text) => text switch
    {
        [.. var number, 'm', 's'] => TimeSpan.FromMilliseconds(Decimal(number)),
        [.. var number, 's'] => TimeSpan.FromSeconds(Decimal(number)),
        [.. var number, 'm'] => TimeSpan.FromMinutes(Decimal(number)),
        [.. var number, 'h'] => TimeSpan.FromHours(Decimal(number)),
        _ => throw new FormatException($"\"{text}\" is no span of time."),
    };

    private static double Decimal(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
