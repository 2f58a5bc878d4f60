using System.Diagnostics.Metrics;
using Gateway.Core;
using Gateway.Failover.Attempts;
using Gateway.Failover.Attempts.Replay;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;
using Gateway.Failover.Incidents;
using Gateway.Failover.Live;
using Gateway.Failover.Proxying;

namespace Gateway.Failover.Telemetry;

/// <summary>
/// Everything that is counted or known anyway and only has to be read when somebody asks: nothing here costs a request anything.
/// </summary>
internal sealed class StateMetrics
{
    private static readonly bool[] Outcomes = [true, false];

    private readonly PoolDirectory _pools;

    public StateMetrics(
        IMeterFactory meters, PoolDirectory pools, Inbox inbox, FailoverEngine engine, Journal journal, IncidentJournal incidents, ConfigGate gate,
        LiveFeed feed, LoopGuard loops, ReplayLimit replay)
    {
        _pools = pools;
        var meter = meters.Create(MetricNames.Meter);
        meter.CreateObservableCounter(MetricNames.Requests, Requests, description: "Clients' requests, by how they ended for the client.");
        meter.CreateObservableCounter(MetricNames.Attempts, Attempts, description: "Attempts at backends, by how they ended.");
        AddAttempts(meter, loops, replay);
        meter.CreateObservableGauge(
            MetricNames.RequestsInFlight, () => PerBackend((_, backend) => backend.InFlight), description: "Attempts under way at a backend.");
        meter.CreateObservableGauge(
            MetricNames.BackendUp, () => PerBackend((state, _) => state.Health == Health.Down ? 0 : 1), description: "1 unless the backend is down.");
        meter.CreateObservableGauge(MetricNames.BackendActive, Active, description: "1 for the backends of the active tier.");
        meter.CreateObservableGauge(
            MetricNames.PoolEpoch, () => PerPool(pool => pool.View.State.Epoch.Number), description: "The number of the pool's verdict.");
        meter.CreateObservableGauge(
            MetricNames.PoolHeld, () => PerPool(pool => pool.View.State.Held ? 1 : 0), description: "1 while an operator holds the pool.");
        meter.CreateObservableCounter(
            MetricNames.InboxDropped, () => inbox.Dropped, description: "Observations that found the engine's queue full.");
        meter.CreateObservableCounter(
            MetricNames.EngineFaults, () => engine.Faults, description: "Inputs whose handling threw; each is a bug.");
        meter.CreateObservableCounter(
            MetricNames.JournalLost, () => journal.Lost + incidents.Lost,
            description: "Events that could not be written to the journal, and reports of incidents beside it.");
        meter.CreateObservableGauge(
            MetricNames.JournalFailing, () => journal.Failing || incidents.Failing ? 1 : 0,
            description: "1 while the journal, or the reports of incidents beside it, cannot be written.");
        meter.CreateObservableCounter(
            MetricNames.ConfigRefused, () => gate.Refused, description: "Changed configurations that were refused.");
        meter.CreateObservableGauge(MetricNames.LiveSubscribers, () => feed.Subscribers, description: "Clients that watch the live feed.");
        meter.CreateObservableCounter(
            MetricNames.LiveGaps, () => feed.Gaps, description: "Times a client of the live feed was too slow and lost messages.");
    }

    private void AddAttempts(Meter meter, LoopGuard loops, ReplayLimit replay)
    {
        meter.CreateObservableCounter(
            MetricNames.Rescued, Rescued, description: "Requests that failed at one backend and were answered well by another, by what they were rescued from.");
        meter.CreateObservableCounter(
            MetricNames.Poison, () => PerPool(pool => pool.Attempts.Poison),
            description: "Requests that failed the same way wherever they were tried, and so count against no backend.");
        meter.CreateObservableCounter(MetricNames.Loops, () => loops.Loops, description: "Requests that had been through this gateway before, answered with 508.");
        meter.CreateObservableCounter(MetricNames.Hedges, Hedges, description: "Second attempts that started while the first was silent, by whether theirs was the answer.");
        meter.CreateObservableGauge(
            MetricNames.BudgetTokens, () => PerPool(pool => (long)pool.Attempts.Budget.Tokens(pool.Setup.Options.Budget)),
            description: "Retries and hedges that the pool may make now.");
        meter.CreateObservableCounter(
            MetricNames.BudgetExhausted, () => PerPool(pool => pool.Attempts.Budget.Exhausted), description: "Retries and hedges that were not made for lack of budget.");
        meter.CreateObservableGauge(
            MetricNames.ReplayBytes, () => replay.BytesHeld, unit: "By", description: "Bytes of request bodies that are kept so that they can be sent again.");
        meter.CreateObservableCounter(
            MetricNames.ReplayOverflows, () => replay.Overflows, description: "Request bodies that were too large to be kept, or found no room.");
        meter.CreateObservableGauge(
            MetricNames.Held, () => PerPool(pool => pool.Attempts.Hold.Count), description: "Requests that wait for a backend that can take them.");
        meter.CreateObservableCounter(
            MetricNames.HeldTotal, () => PerPool(pool => pool.Attempts.Hold.Totals.Held), description: "Times a request had to wait for a backend.");
        meter.CreateObservableCounter(
            MetricNames.HoldRefused, () => PerPool(pool => pool.Attempts.Hold.Totals.Refused), description: "Requests that found too many waiting already.");
        meter.CreateObservableCounter(
            MetricNames.Resumptions, Resumptions, description: "Answers that broke off and were to be continued from another backend, by whether they were.");
        meter.CreateObservableCounter(
            MetricNames.StreamsClosed, () => PerPool(pool => pool.Attempts.Streams.Closed), description: "Streams that were closed because the pool had left their backend.");
    }

    private IEnumerable<Measurement<long>> Rescued() =>
        from pool in _pools.Ordered
        from reason in Enum.GetValues<RescueReason>()
        select new Measurement<long>(pool.Attempts.Rescued(reason), Tag("pool", pool.Id.Value), Tag("reason", ChangeMetrics.Label(reason)));

    private IEnumerable<Measurement<long>> Resumptions() =>
        from kind in Enum.GetValues<ResumptionKind>()
        from succeeded in Outcomes
        from measurement in PerPool(
            pool => pool.Attempts.Resumptions(kind, succeeded), Tag("kind", ChangeMetrics.Label(kind)), Tag("result", succeeded ? "continued" : "failed"))
        select measurement;

    private IEnumerable<Measurement<long>> Hedges() => PerPool(pool => pool.Attempts.HedgesWon, Tag("won", "true"))
        .Concat(PerPool(pool => pool.Attempts.HedgesLost, Tag("won", "false")));

    private IEnumerable<Measurement<long>> Requests() =>
        from pool in _pools.Ordered
        from end in Enum.GetValues<RequestEnd>()
        select new Measurement<long>(pool.Counters.Read(end), Tag("pool", pool.Id.Value), Tag("outcome", ChangeMetrics.Label(end)));

    private IEnumerable<Measurement<long>> Attempts() =>
        from pool in _pools.Ordered
        from backend in pool.Members.Values
        from end in Enum.GetValues<AttemptEnd>()
        select new Measurement<long>(
            backend.Read(end), Tag("pool", pool.Id.Value), Tag("backend", backend.Id), Tag("result", ChangeMetrics.Label(end)));

    private IEnumerable<Measurement<long>> Active() =>
        PerBackend((state, _, pool) => pool.Active.Backends.Contains(state.Id) ? 1 : 0);

    private IEnumerable<Measurement<long>> PerPool(Func<Pool, long> value, params KeyValuePair<string, object?>[] more) =>
        _pools.Ordered.Select(pool => new Measurement<long>(value(pool), [Tag("pool", pool.Id.Value), .. more]));

    private IEnumerable<Measurement<long>> PerBackend(Func<BackendState, Backend, long> value) =>
        PerBackend((state, backend, _) => value(state, backend));

    private IEnumerable<Measurement<long>> PerBackend(Func<BackendState, Backend, PoolState, long> value) =>
        from pool in _pools.Ordered
        let state = pool.View.State
        from backend in pool.Members.Values
        where state.Backends.ContainsKey(new BackendId(backend.Id))
        select new Measurement<long>(
            value(state.Backends[new BackendId(backend.Id)], backend, state), Tag("pool", pool.Id.Value), Tag("backend", backend.Id));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
