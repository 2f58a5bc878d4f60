using System.Collections.Immutable;

namespace Gateway.Core.Judging;

/// <summary>
/// How often a pool may change by itself. A change costs little once and much when it never ends: nginx was seen to change backend 698 times in six
/// seconds. So a pool that has made its changes of the hour rests, and says so.
/// </summary>
/// <remarks>
/// The last change of the hour is kept for a failover: of a primary that comes and goes, the pool ends at the standby and not at the primary.
/// While it rests, requests still go to whoever can serve; only the verdict stays where it is. An operator's changes are not counted.
/// </remarks>
internal static class Restlessness
{
    public static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>When a failover is within the limit.</summary>
    public static Instant? FailoverAllowedAt(PoolState pool) => AllowedAt(pool, pool.Tuning.MaxChangesPerHour - 1);

    /// <summary>When a failback is, together with the failover that may follow it.</summary>
    public static Instant? FailbackAllowedAt(PoolState pool) => AllowedAt(pool, Math.Max(0, pool.Tuning.MaxChangesPerHour - 2));

    /// <summary>The changes that have to be remembered to know whether there were too many.</summary>
    public static int Kept(PoolTuning tuning) => tuning.MaxChangesPerHour == 0 ? 0 : tuning.MaxChangesPerHour;

    public static ImmutableArray<Instant> Add(PoolState pool, Instant at) =>
        Latest(pool, pool.Changes.Append(at).Where(change => at - change < Hour));

    /// <summary>No more than have to be remembered.</summary>
    public static ImmutableArray<Instant> Latest(PoolState pool, IEnumerable<Instant> changes) =>
        [.. changes.TakeLast(Kept(pool.Tuning))];

    // The first instant at which no more than so many lie within the hour before it; null if that is so at any time.
    private static Instant? AllowedAt(PoolState pool, int most) =>
        pool.Tuning.MaxChangesPerHour == 0 || pool.Changes.Length <= most ? null : pool.Changes[pool.Changes.Length - 1 - most] + Hour;
}
