using System.Collections.Immutable;

namespace Gateway.Core.Tests.Judging;

/// <summary>Pools and backends in the state that a test needs.</summary>
internal static class Pools
{
    public static readonly Fault Refused = new(FaultKind.Connect, "connection refused");

    public static Instant At(double seconds) => new Instant(0) + TimeSpan.FromSeconds(seconds);

    public static BackendId Id(string name) => new(name);

    /// <summary>Tiers are separated by <c>|</c>, their members by <c>+</c>; everybody is up.</summary>
    public static PoolState Of(string tiers, PoolTuning? tuning = null)
    {
        var definition = Telling.Script.Definition(new PoolId("api"), tiers, tuning ?? PoolTuning.Default);
        return definition.Backends.Aggregate(
            PoolState.Create(definition, At(0)), (pool, id) => pool.With(id.Value, backend => backend with { Health = Health.Up }));
    }

    public static PoolState With(this PoolState pool, string name, Func<BackendState, BackendState> change) =>
        pool with { Backends = pool.Backends.SetItem(Id(name), change(pool.Backends[Id(name)])) };

    public static PoolState WithDown(this PoolState pool, params string[] names) =>
        names.Aggregate(pool, (sum, name) => sum.With(name, backend => backend with { Health = Health.Down }));

    public static PoolState With(this PoolState pool, string name, Admin admin) => pool.With(name, backend => backend with { Admin = admin });

    public static PoolState Step(this PoolState pool, PoolInput input) => Applier.Apply(pool, Decider.Decide(pool, input).Events);

    public static PoolInput Passes(string name, double seconds) =>
        new PoolInput.ProbeCompleted(At(seconds), default, Id(name), ProbeOutcome.Passed.Instance);

    public static PoolInput Fails(string name, double seconds) =>
        new PoolInput.ProbeCompleted(At(seconds), default, Id(name), new ProbeOutcome.Failed(Refused));

    public static PoolInput RequestFails(string name, double seconds, long streak) =>
        new PoolInput.AttemptFailed(At(seconds), default, Id(name), Refused, streak);

    public static string Names(this ImmutableArray<BackendId> backends) => string.Join(' ', backends);
}
