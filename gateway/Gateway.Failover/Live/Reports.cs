using System.Reflection;
using Gateway.Core;
using Gateway.Core.Judging;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;
using Gateway.Failover.Telemetry;

namespace Gateway.Failover.Live;

/// <summary>This gateway, as its control surface describes it. The field names are the contract of <c>docs/reference/operator-api.md</c>.</summary>
internal sealed record GatewayReport(string Name, string Version, DateTimeOffset StartedAt, bool Demo, bool FaultsAllowed);

internal sealed record PoolReport(
    string Id, long Epoch, string Active, int ActiveTier, DateTimeOffset ActiveSince, string Cause, string Sentence, string Condition,
    bool Held, bool Pinned, bool Enforced, DateTimeOffset? RestsUntil, DateTimeOffset? FailbackDueAt, IReadOnlyList<BackendReport> Backends);

internal sealed record BackendReport(
    string Id, string Address, int Tier, string Role, string Health, bool Ejected, string Admin, DateTimeOffset Since, string Reason,
    TrialReport? Trial, DateTimeOffset? EjectedUntil, bool Leaving, bool Drained, DateTimeOffset? DrainUntil, long InFlight, bool Added);

/// <summary>How far a backend on trial has come.</summary>
internal sealed record TrialReport(int Passed, int Wanted);

internal sealed record ChangeReport(
    string Pool, long Epoch, DateTimeOffset At, string Kind, string From, string To, string Cause, string Sentence,
    double? DetectionMs, double? FailoverMs, bool Measured, long Requests, long Failed, long Rescued, double ErrorRate);

internal sealed record EventReport(long Sequence, DateTimeOffset At, string Pool, string Kind, string Sentence, bool Enforced);

internal sealed record HealthReport(string Status, GatewayReport Gateway, IReadOnlyList<PoolReport> Pools);

/// <summary>Puts states and events into the words of the control surface.</summary>
internal sealed class Reporter(PoolDirectory pools, EngineClock clock, ConfigGate gate)
{
    private static readonly string Version =
        typeof(Reporter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    private readonly DateTimeOffset _startedAt = clock.Time.GetUtcNow();

    /// <summary>The embedded demo runs; set once, by the host.</summary>
    public bool Demo { get; set; }

    public GatewayReport Gateway() => new(Environment.MachineName, Version, _startedAt, Demo, gate.Current.Options.Faults.Allowed);

    public HealthReport Health()
    {
        var reports = Pools();
        return new HealthReport(reports.All(pool => pool.Condition != "failing") ? "serving" : "failing", Gateway(), reports);
    }

    public IReadOnlyList<PoolReport> Pools() => [.. pools.Ordered.Select(pool => Of(pool, pool.View.State))];

    public PoolReport Of(Pool pool, PoolState state) => new(
        state.Id.Value,
        state.Epoch.Number,
        state.Active.Name,
        state.ActiveTier,
        clock.Wall(state.ActiveSince),
        ChangeMetrics.Label(state.Cause),
        state.Sentence,
        Condition(state),
        state.Held,
        state.Pinned,
        state.Tuning.Enforced,
        state.RestsUntil is { } rest ? clock.Wall(rest) : null,
        Ranking.IsFit(state, state.Active) && Ranking.FailbackDue(state) is { } due ? clock.Wall(due.At) : null,
        [.. state.Definition.Tiers.SelectMany((tier, index) => state.Members(tier).Select(backend => Of(pool, state, backend, index)))]);

    public static ChangeReport Of(ChangeRecord record)
    {
        var (change, measured) = (record.Change, record.Measured);
        var cost = measured?.Cost ?? default;
        return new ChangeReport(
            record.Pool.Value, change.Epoch.Number, record.At, ChangeMetrics.Label(change.Kind), change.From, change.To,
            ChangeMetrics.Label(change.Cause), change.Sentence,
            (measured?.Detection ?? (change.FirstSignalAt is { } at ? change.At - at : null))?.TotalMilliseconds,
            measured?.Failover?.TotalMilliseconds, measured is not null, cost.Requests, cost.Failed, cost.Rescued,
            cost.Requests == 0 ? 0 : (double)cost.Failed / cost.Requests);
    }

    public static EventReport Of(Recorded record) =>
        new(record.Sequence, record.At, record.Pool.Value, record.Event.GetType().Name, record.Event.Sentence, record.Event.Enforced);

    private BackendReport Of(Pool pool, PoolState state, BackendState backend, int tier) => new(
        backend.Id.Value,
        pool.Setup.Addresses.TryGetValue(backend.Id.Value, out var address) ? address.Address : string.Empty,
        tier,
        Role(state, backend),
        ChangeMetrics.Label(backend.Health),
        backend.Ejected,
        ChangeMetrics.Label(backend.Admin),
        clock.Wall(backend.Since),
        backend.Reason,
        backend is { OnTrial: true, Ejection: { Lapsed: false, Trials: var passed } } ? new TrialReport(passed, state.Tuning.Trials) : null,
        backend.Ejection is { TrialSince: null, Until: var until } ? clock.Wall(until) : null,
        backend.Leaving,
        backend.Drained,
        backend.DrainUntil is { } end ? clock.Wall(end) : null,
        pool.Members.GetValueOrDefault(backend.Id.Value)?.InFlight ?? 0,
        pool.Setup.Added.Contains(backend.Id.Value));

    private static string Role(PoolState state, BackendState backend)
    {
        // What requests are sent to is active, be it by force or as a last resort.
        var active = state.Active.Backends.Contains(backend.Id) && Ranking.Serving(state).Contains(backend.Id);
        return (active && (backend.IsFit || state.Forced), backend.IsFit) switch
        {
            (true, _) => "active",
            (_, true) => "standby",
            _ => "out",
        };
    }

    private static string Condition(PoolState state)
    {
        var standby = state.Backends.Values.Any(backend => backend.IsFit && !state.Active.Backends.Contains(backend.Id));
        return (Ranking.IsFit(state, state.Active), state.ActiveTier == 0, standby) switch
        {
            (false, _, false) => "failing",
            (true, true, true) => "steady",
            _ => "degraded",
        };
    }
}
