using Gateway.Core;

namespace Gateway.Failover.Engine;

/// <summary>An event with its place in the history of this gateway.</summary>
/// <param name="Sequence">Grows by one, over all pools and over restarts.</param>
/// <param name="At">The wall clock, for people.</param>
internal sealed record Recorded(long Sequence, DateTimeOffset At, PoolId Pool, PoolEvent Event);

/// <summary>What one input has led to, for the reactors.</summary>
/// <param name="Pool">Its view is the new one already.</param>
/// <param name="Records">The events that are not quiet, in order.</param>
internal sealed record Step(Pool Pool, PoolInput Input, PoolState Before, PoolState After, IReadOnlyList<Recorded> Records);

/// <summary>
/// Does something in the world because something happened. Called by the engine's loop, one step at a time, after the view was swapped;
/// must not block.
/// </summary>
internal interface IReactor
{
    void React(Step step);
}

/// <summary>A change of the active backend with its figures.</summary>
internal sealed record ChangeRecord(PoolId Pool, DateTimeOffset At, PoolEvent.ActiveChanged Change, PoolEvent.ChangeMeasured? Measured);
