using Gateway.Core;

namespace Gateway.Simulation;

/// <summary>A bug that is put between the core and its surroundings to see it found. This one is none.</summary>
internal class Plant
{
    public static readonly Plant None = new();

    /// <summary>By name, as the command line knows them.</summary>
    public static readonly IReadOnlyDictionary<string, Plant> All = new Dictionary<string, Plant>
    {
        ["hold-down"] = new NoHoldDown(),
        ["no-limit"] = new NoLimit(),
        ["client-abort"] = new ClientAbort(),
        ["older-revision"] = new OlderRevision(),
        ["forget-event"] = new ForgetEvent(),
        ["one-probe"] = new OneProbe(),
        ["short-ejection"] = new ShortEjection(),
        ["alone"] = new Alone(),
        ["deaf"] = new Deaf(),
    };

    /// <summary>The data path counts clients that left as failures of their backends.</summary>
    public virtual bool CountsAborts => false;

    public virtual Decision Decide(PoolState pool, PoolInput input) => Decider.Decide(pool, input);

    /// <summary>Whether a line of the journal is read at a restart.</summary>
    public virtual bool Replays(int line, int lines, PoolEvent happened) => true;

    private static PoolState Tuned(PoolState pool, PoolTuning tuning) => pool with { Definition = pool.Definition with { Tuning = tuning } };

    /// <summary>Failback does not wait for the preferred tier to be stable.</summary>
    private sealed class NoHoldDown : Plant
    {
        public override Decision Decide(PoolState pool, PoolInput input) =>
            Decider.Decide(Tuned(pool, pool.Tuning with { StableTime = TimeSpan.Zero, MinTimeBetweenChanges = TimeSpan.Zero }), input);
    }

    /// <summary>Nobody counts the changes of the hour.</summary>
    private sealed class NoLimit : Plant
    {
        public override Decision Decide(PoolState pool, PoolInput input) => Decider.Decide(Tuned(pool, pool.Tuning with { MaxChangesPerHour = 0 }), input);
    }

    private sealed class ClientAbort : Plant
    {
        public override bool CountsAborts => true;
    }

    /// <summary>Whatever is learned is followed.</summary>
    private sealed class OlderRevision : Plant
    {
        public override Decision Decide(PoolState pool, PoolInput input) =>
            input is PoolInput.VerdictLearned learned && learned.Revision < pool.Revision
                ? Decider.Decide(pool with { Revision = learned.Revision - 1 }, input)
                : Decider.Decide(pool, input);
    }

    /// <summary>The third line from the end of a journal is not read.</summary>
    private sealed class ForgetEvent : Plant
    {
        public override bool Replays(int line, int lines, PoolEvent happened) => line != lines - 3;
    }

    /// <summary>One passed probe brings a backend back.</summary>
    private sealed class OneProbe : Plant
    {
        public override Decision Decide(PoolState pool, PoolInput input) => Decider.Decide(Tuned(pool, pool.Tuning with { Rise = 1 }), input);
    }

    /// <summary>Repeats do not lengthen an ejection; each is a little shorter than the one before.</summary>
    private sealed class ShortEjection : Plant
    {
        public override Decision Decide(PoolState pool, PoolInput input)
        {
            var decision = Decider.Decide(pool, input);
            return decision with
            {
                Events = [.. decision.Events.Select(happened => happened is PoolEvent.BackendWentDown { Ejections: > 1, Until: { } until } down
                    ? down with { Until = down.At + ((until - down.At) / (4 * down.Ejections)) }
                    : happened)],
            };
        }
    }

    /// <summary>A gateway moves a pool that it shares without asking anybody.</summary>
    private sealed class Alone : Plant
    {
        public override Decision Decide(PoolState pool, PoolInput input) => Decider.Decide(pool with { Definition = pool.Definition with { Shared = false } }, input);
    }

    /// <summary>Failed probes change nothing.</summary>
    private sealed class Deaf : Plant
    {
        public override Decision Decide(PoolState pool, PoolInput input) =>
            input is PoolInput.ProbeCompleted { Outcome: ProbeOutcome.Failed }
                ? Decision.Nothing(ReasonCode.StillDown, "Nobody listens to probes.")
                : Decider.Decide(pool, input);
    }
}
