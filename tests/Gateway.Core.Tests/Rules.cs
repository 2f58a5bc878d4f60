using Gateway.Core.Judging;

namespace Gateway.Core.Tests;

/// <summary>The core's own invariants, and what only an onlooker can check: that a step says when it wants to be called again.</summary>
internal static class Rules
{
    private static readonly TimeSpan LongTime = TimeSpan.FromDays(365);

    public static IEnumerable<string> Broken(PoolState before, PoolInput input, Decision decision, PoolState after) =>
    [
        .. Invariants.Broken(after),
        .. Invariants.Broken(before, decision, after),
        .. Timing(input, after),
        .. Holding(before, input, decision),
        .. Verdicts(before, decision, after),
        .. Standing(after),
    ];

    /// <summary>A tick before the instant that the pool asks for decides nothing, one at that instant decides something.</summary>
    private static IEnumerable<string> Timing(PoolInput input, PoolState after)
    {
        if (after.Definition.Shared)
        {
            // What its peers are to be asked is decided with the next observation.
            yield break;
        }

        var due = Timers.NextDue(after);
        var early = due is { } soon ? new Instant(soon.Ticks - 1) : input.At + LongTime;
        if (early >= input.At && !Tick(after, early, input.Tally).Events.IsEmpty)
        {
            yield return $"a tick at {early} decides something, but the next due is {due?.ToString() ?? "never"}";
        }

        if (due is { } then && Tick(after, Instant.Latest(then, input.At), input.Tally).Events.IsEmpty)
        {
            yield return $"a tick at {then} decides nothing, although it is due";
        }
    }

    private static IEnumerable<string> Holding(PoolState before, PoolInput input, Decision decision)
    {
        var asked = input is PoolInput.Commanded or PoolInput.Configured;
        if (before.Held && !asked && input is not PoolInput.VerdictLearned && decision.Events.Any(happened => happened is PoolEvent.ActiveChanged))
        {
            yield return "a held pool changed its active tier although nobody asked for anything";
        }
    }

    private static IEnumerable<string> Verdicts(PoolState before, Decision decision, PoolState after)
    {
        var changes = decision.Events.OfType<PoolEvent.ActiveChanged>().ToList();
        if (changes.Count > 1)
        {
            yield return "one input moved the pool more than once";
        }

        if (changes.Count == 0 && decision.Events.All(happened => happened is not PoolEvent.PoolConfigured) && before.ActiveTier != after.ActiveTier)
        {
            yield return "the active tier changed without a verdict";
        }

        if (changes.Count > 0 && before.Definition.Shared && decision.Reason.Code != ReasonCode.Agreed)
        {
            yield return "a gateway moved a pool that it shares without its peers";
        }

        if (changes.Exists(change => change.From == change.To))
        {
            yield return "a verdict moved the pool to where it was";
        }

        var returned = changes.Exists(change => change is { Kind: ChangeKind.Failback, Cause: Cause.Preferred });
        if (returned && (before.Pinned || after.Tuning.Failback != FailbackMode.Automatic))
        {
            yield return "the pool failed back by itself although an operator or the configuration wants otherwise";
        }

        if (before.Exhausted && decision.Events.Any(happened => happened is PoolEvent.PoolExhausted))
        {
            yield return "it was said twice that nobody is left";
        }

        if (decision.Events.Any(happened => !happened.IsQuiet && !happened.Sentence.EndsWith('.')))
        {
            yield return "an event that people read has no whole sentence";
        }
    }

    private static IEnumerable<string> Standing(PoolState after)
    {
        var nobodyFit = after.Backends.Values.All(backend => !backend.IsFit);
        if (after.Exhausted && !nobodyFit)
        {
            yield return "the pool is exhausted, but somebody can serve";
        }

        var mayMove = !after.Held && !after.Definition.Shared && Restlessness.FailoverAllowedAt(after) is null;
        if (!after.Exhausted && mayMove && !Ranking.IsFit(after, after.Active))
        {
            yield return nobodyFit ? "nobody can serve, but the pool does not say so" : "a tier that cannot serve is active, but another could";
        }
    }

    private static Decision Tick(PoolState pool, Instant at, Tally tally) => Decider.Decide(pool, new PoolInput.Ticked(at, tally));
}
