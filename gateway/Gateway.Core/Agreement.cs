using Gateway.Core.Judging;

namespace Gateway.Core;

/// <summary>
/// A verdict that several gateways share. None of them moves the pool by itself: it proposes, and all move when they learn that the verdict was agreed on, the one that
/// proposed it included. Whoever learns late, or hears an old verdict after a new one, ends where the others are, because revisions only grow.
/// </summary>
internal static class Agreement
{
    /// <summary>Turns a change that was decided here into a proposal. One that was agreed on has its revision, and is made.</summary>
    public static Decision Propose(PoolState pool, PoolInput input, Decision decision)
    {
        var verdict = decision.Events.OfType<PoolEvent.ActiveChanged>().FirstOrDefault(change => change.Revision == 0);
        if (verdict is null)
        {
            return decision;
        }

        // The figures that only the change would have closed stay open; those that are due are not the change's.
        var isDue = pool.Window is { } window && input.At >= window.ClosesAt(pool.Tuning);
        var rest = decision.Events.RemoveAll(happened => happened is PoolEvent.ActiveChanged || (happened is PoolEvent.ChangeMeasured && !isDue));
        if (pool.ProposedAt is { } before && input.At < before + Timers.ProposalLimit)
        {
            return new Decision(rest, new Reason(ReasonCode.Proposed, $"A verdict about {pool.Id} is being agreed on."));
        }

        return new Decision(
            [.. rest, new PoolEvent.VerdictProposed(input.At)],
            new Reason(ReasonCode.Proposed, $"{pool.Id} shall move from {verdict.From} to {verdict.To}; the other gateways are asked."))
        {
            Proposal = new Proposal(pool.Revision, verdict),
        };
    }

    /// <summary>What was agreed on, here or elsewhere.</summary>
    public static Decision Learn(PoolState pool, PoolInput.VerdictLearned input)
    {
        var seen = Seen(pool, input.Verdict);
        var verdict = input.Verdict with
        {
            At = input.At,
            Revision = input.Revision,
            FirstSignalAt = seen?.FirstBadAt,
            Baseline = seen?.Baseline ?? input.Tally,
        };
        return (input.Revision > pool.Revision, pool.Window) switch
        {
            (false, _) => Decision.Nothing(
                ReasonCode.OlderRevision, $"Revision {input.Revision} is not newer than {pool.Revision}, which {pool.Id} follows already."),
            (_, { } open) => new Decision(
                [Measure.Close(open, input.At, input.Tally), verdict], new Reason(ReasonCode.Agreed, verdict.Sentence)),
            _ => Decision.Of(ReasonCode.Agreed, verdict),
        };
    }

    /// <summary>
    /// What this gateway has seen of the incident, or null. The proposer's first signal is by a clock, and its figures are of requests, that mean nothing
    /// here: every gateway measures what a change has cost its own clients.
    /// </summary>
    private static Evidence? Seen(PoolState pool, PoolEvent.ActiveChanged verdict)
    {
        var accused = verdict.Kind == ChangeKind.Failover
            ? pool.Members(pool.Active).Where(backend => backend.Evidence.FirstBadAt is not null).OrderBy(backend => backend.JudgedAt).ToList()
            : [];
        return accused.Count == 0 ? null : Choice.Beginning(accused);
    }
}

/// <summary>A verdict that shall be agreed on, if nobody has agreed on another meanwhile.</summary>
/// <param name="ExpectedRevision">The revision that it follows; compared and swapped.</param>
public sealed record Proposal(long ExpectedRevision, PoolEvent.ActiveChanged Verdict);
