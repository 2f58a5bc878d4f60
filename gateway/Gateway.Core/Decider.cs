using System.Collections.Immutable;
using Gateway.Core.Judging;

namespace Gateway.Core;

/// <summary>
/// The rules. An input is judged first (what does it say about a backend, what did the operator ask for), then the pool chooses
/// its active tier on the judged state. Pure: same state and input, same decision.
/// </summary>
/// <remarks>
/// The choice, in order: nobody leaves a tier that can serve, except to return to a preferred one; a tier that cannot serve is left
/// for the best that can; an operator's hold stops both; and when nobody can serve, the verdict stays where it is, because moving it
/// would only add noise.
/// </remarks>
public static class Decider
{
    public static Decision Decide(PoolState pool, PoolInput input)
    {
        var decision = Decided(pool, input);
        if (pool.Definition.Shared)
        {
            decision = Agreement.Propose(pool, input, decision);
        }

        var tuning = (input as PoolInput.Configured)?.Definition.Tuning ?? pool.Tuning;
        return tuning.Enforced
            ? decision
            : decision with { Events = [.. decision.Events.Select(happened => happened with { Enforced = IsDone(input, happened) })] };
    }

    // What an operator says is done in a dry run too, and not what the pool would do next by itself.
    private static bool IsDone(PoolInput input, PoolEvent happened) =>
        input is PoolInput.Commanded or PoolInput.Configured or PoolInput.VerdictLearned && happened is not PoolEvent.ActiveChanged { IsAutomatic: true };

    private static Decision Decided(PoolState pool, PoolInput input)
    {
        var judged = Judge(pool, input);
        if (judged.Reason.Code == ReasonCode.CommandRefused)
        {
            return judged;
        }

        var chosen = Choice.Of(Applier.Apply(pool, judged.Events), input);
        if (Moves(judged) && Moves(chosen))
        {
            // One input moves a pool once; what else is due comes with the next tick.
            return judged;
        }

        var accepted = judged.Reason.Code == ReasonCode.CommandAccepted;
        var standsStill = !accepted && (chosen.Reason.Code is ReasonCode.Held or ReasonCode.NobodyLeft or ReasonCode.TooManyChanges or ReasonCode.BelowMinimum);
        var chosenSaysMore = !chosen.Events.IsEmpty || standsStill;
        var judgedSaysNothing = judged.Events.IsEmpty && judged.Reason.Code == ReasonCode.Steady;
        return new Decision([.. judged.Events, .. chosen.Events], chosenSaysMore || judgedSaysNothing ? chosen.Reason : judged.Reason);
    }

    private static bool Moves(Decision decision) => decision.Events.Any(happened => happened is PoolEvent.ActiveChanged);

    private static Decision Judge(PoolState pool, PoolInput input) => input switch
    {
        PoolInput.ProbeCompleted probe => pool.Backends.TryGetValue(probe.Backend, out var backend)
            ? ProbeJudge.Judge(backend, pool.Tuning, probe)
            : Stranger(probe.Backend),
        PoolInput.AttemptFailed attempt => pool.Backends.TryGetValue(attempt.Backend, out var backend)
            ? RequestJudge.Judge(pool, backend, attempt)
            : Stranger(attempt.Backend),
        PoolInput.AttemptSucceeded attempt => pool.Backends.TryGetValue(attempt.Backend, out var backend)
            ? TrialJudge.Judge(pool, backend, attempt)
            : Stranger(attempt.Backend),
        PoolInput.AttemptsCounted counted => pool.Backends.TryGetValue(counted.Backend, out var backend)
            ? RatioJudge.Judge(pool, backend, counted)
            : Stranger(counted.Backend),
        PoolInput.Emptied emptied => pool.Backends.TryGetValue(emptied.Backend, out var backend)
            ? Emptied(backend, emptied)
            : Stranger(emptied.Backend),
        PoolInput.VerdictLearned learned => Agreement.Learn(pool, learned),
        PoolInput.AttemptSilent attempt => pool.Backends.TryGetValue(attempt.Backend, out var backend)
            ? StallJudge.Judge(pool, backend, attempt)
            : Stranger(attempt.Backend),
        PoolInput.AnswersResumed resumed => pool.Backends.TryGetValue(resumed.Backend, out var backend)
            ? StallJudge.Judge(backend, resumed)
            : Stranger(resumed.Backend),
        PoolInput.ConnectionRefused refused => pool.Backends.TryGetValue(refused.Backend, out var backend)
            ? RefusalJudge.Judge(backend, pool.Tuning, refused)
            : Stranger(refused.Backend),
        PoolInput.FirstAnswered answered => FirstAnswered(pool, answered),
        PoolInput.Ticked ticked => Ticked(pool, ticked),
        PoolInput.Configured configured => Configured(pool, configured),
        PoolInput.Commanded commanded => CommandRules.Judge(pool, commanded),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static Decision Stranger(BackendId id) =>
        Decision.Nothing(ReasonCode.UnknownBackend, $"{id} is not, or no longer, in the pool.");

    private static Decision FirstAnswered(PoolState pool, PoolInput.FirstAnswered input) =>
        pool.Window is { FirstAnswerAt: null } window && window.Epoch == input.Epoch
            ? Decision.Quiet(
                ReasonCode.Measuring,
                $"{pool.Active.Name} gave its first good answer {Words.Span(input.At - window.VerdictAt)} after the verdict.",
                new PoolEvent.FirstAnswerNoted(input.At, input.Epoch, input.AskedAt))
            : Decision.Nothing(ReasonCode.Stale, $"No first good answer of epoch {input.Epoch} is waited for.");

    private static Decision Emptied(BackendState backend, PoolInput.Emptied input) => backend is { Admin: Admin.Draining, Drained: false }
        ? Decision.Of(ReasonCode.Drained, new PoolEvent.BackendDrained(
            input.At, backend.Id, InTime: true, $"{backend.Id} is drained: nothing is under way there any more."))
        : Decision.Nothing(ReasonCode.Steady, $"Nothing is under way at {backend.Id}.");

    /// <summary>Everything that is due by now, each with the rule by which it is.</summary>
    private static Decision Ticked(PoolState pool, PoolInput.Ticked input)
    {
        var due = ImmutableArray.CreateBuilder<PoolEvent>();
        var code = ReasonCode.Steady;
        void Add(ReasonCode rule, PoolEvent happened)
        {
            code = due.Count == 0 ? rule : code;
            due.Add(happened);
        }

        if (pool.Window is { } window && input.At >= window.ClosesAt(pool.Tuning))
        {
            Add(ReasonCode.Measured, Measure.Close(window, input.At, input.Tally));
        }

        foreach (var id in pool.Definition.Backends)
        {
            var backend = pool.Backends[id];
            if (TrialJudge.Elapsed(backend, pool.Tuning, input.At) is { } elapsed)
            {
                Add(elapsed.Code, elapsed.Event);
            }

            if (backend.DrainUntil is { } until && input.At >= until)
            {
                Add(ReasonCode.DrainTimeOver, new PoolEvent.BackendDrained(
                    input.At, id, InTime: false, $"{id} is drained: its time is over; what waits for an answer there, and every stream, is ended."));
            }
        }

        if (pool.RestsUntil is { } rest && input.At >= rest)
        {
            Add(ReasonCode.RestOver, new PoolEvent.RestEnded(input.At, $"{pool.Id} changes by itself again."));
        }

        return due.Count == 0
            ? Decision.Nothing(ReasonCode.Steady, "Nothing is due.")
            : new Decision(due.ToImmutable(), new Reason(code, due[0].Sentence));
    }

    private static Decision Configured(PoolState pool, PoolInput.Configured input)
    {
        if (input.Definition.Equals(pool.Definition))
        {
            return Decision.Nothing(ReasonCode.Configured, "The pool is configured as before.");
        }

        var because = input.Because is { } words ? $"{words}: " : string.Empty;
        var tiers = string.Join(", then ", input.Definition.Tiers.Select(tier => tier.Name));
        var sentence = input.Definition.Tiers.SequenceEqual(pool.Definition.Tiers)
            ? $"{because}{pool.Id} has new settings; its tiers stay {tiers}."
            : $"{because}{pool.Id} has new tiers: {tiers}.";
        var configured = new PoolEvent.PoolConfigured(input.At, input.Definition, sentence);
        var reshaped = Applier.Apply(pool, configured);
        var kept = input.Definition.FindTier(pool.Active.Backends);
        var leaves = !Ranking.CanServe(reshaped, reshaped.ActiveTier) && Ranking.BestTier(reshaped) is var best && best >= 0 && best != reshaped.ActiveTier
            && !pool.Held && Restlessness.FailoverAllowedAt(reshaped) is null;
        if (kept >= 0 && (leaves || reshaped.Active.Name == pool.Active.Name))
        {
            return Decision.Of(ReasonCode.Configured, configured);
        }

        // Somebody else is active now, or somebody besides, whatever an operator's hold says: one epoch has one name.
        var moved = kept >= 0
            ? Choice.Change(
                reshaped, input, kept, ChangeKind.Switchover, Cause.Configured, pool.Active.Name, signal: null, pool.Pinned,
                input.Because ?? "the configuration groups the backends anew", pool.Forced)
            : Choice.Change(
                reshaped, input, Math.Max(0, Ranking.BestTier(reshaped)), ChangeKind.Switchover, Cause.Removed, pool.Active.Name, signal: null,
                pinned: false, input.Because ?? $"{pool.Active.Name} was taken out of the configuration");
        return new Decision([configured, .. moved], new Reason(ReasonCode.Configured, moved[^1].Sentence));
    }
}
