using Gateway.Core.Judging;

namespace Gateway.Core;

/// <summary>What must be true of every state, and of every step. Tests and the simulator check it; a broken one is a bug.</summary>
public static class Invariants
{
    /// <summary>What is wrong with a state; empty when all is well.</summary>
    public static IEnumerable<string> Broken(PoolState pool)
    {
        if (pool.ActiveTier < 0 || pool.ActiveTier >= pool.Definition.Tiers.Length)
        {
            yield return $"the active tier {pool.ActiveTier} does not exist";
            yield break;
        }

        if (pool.ObeyedTier < 0 || pool.ObeyedTier >= pool.Definition.Tiers.Length || (pool.Tuning.Enforced && pool.ObeyedTier != pool.ActiveTier))
        {
            yield return "requests follow another tier than the verdict's, although this is no dry run";
            yield break;
        }

        if (!pool.Definition.Backends.ToHashSet().SetEquals(pool.Backends.Keys))
        {
            yield return "the backends known are not the backends configured";
            yield break;
        }

        if (pool.Backends.Values.Any(backend => backend.Admin != Admin.Disabled) && Ranking.Candidates(pool).IsEmpty)
        {
            yield return "a backend is not disabled, but none can be selected";
        }

        if (pool.Backends.Values.Any(backend => backend.Admin != Admin.Draining && (backend.DrainUntil is not null || backend.Drained)))
        {
            yield return "a backend that does not drain has a time to finish, or has finished";
        }

        if (pool.Changes.Length > pool.Tuning.MaxChangesPerHour)
        {
            yield return "more changes are remembered than the pool may make";
        }

        if (pool.Backends.Values.Any(backend => backend.Ejected && backend.Health != Health.Down))
        {
            yield return "a backend is ejected but not down";
        }
    }

    /// <summary>What is wrong with a step from one state to the next.</summary>
    public static IEnumerable<string> Broken(PoolState before, Decision decision, PoolState after)
    {
        var changes = decision.Events.Count(e => e is PoolEvent.ActiveChanged);
        if (before.Definition.Shared ? after.Epoch.Number < before.Epoch.Number : after.Epoch.Number != before.Epoch.Number + changes)
        {
            yield return $"the epoch went from {before.Epoch} to {after.Epoch} with {changes} changes of the active backend";
        }

        if (decision.Reason.Sentence.Length == 0)
        {
            yield return "a decision came without a sentence";
        }

        if (after.Revision < before.Revision)
        {
            yield return $"the revision went back from {before.Revision} to {after.Revision}";
        }

        var automatic = decision.Events.OfType<PoolEvent.ActiveChanged>()
            .Any(e => e.IsAutomatic && e.Revision == 0);
        if (before.Held && after.Held && automatic)
        {
            yield return "a held pool changed its active backend by itself";
        }
    }
}
