using Gateway.Core;
using Gateway.Failover.Attempts;
using Gateway.Failover.Engine;
using Gateway.Failover.Incidents;

namespace Gateway.Tests.Incidents;

/// <summary>A pool that goes through what a test tells it, judged by the real rules, and the fold of its incidents. No host, no clock.</summary>
internal sealed class Outage
{
    private readonly PoolAttempts _attempts;
    private readonly PoolCounters _counters = new();
    private readonly LatencyHistogram _latency = new();
    private IncidentState _fold = IncidentState.Quiet;
    private Instant _now = new(TimeSpan.FromHours(1).Ticks);

    public Outage(params string[][] tiers)
    {
        _attempts = new PoolAttempts(_counters);
        var definition = new PoolDefinition(
            new PoolId("api"), [.. tiers.Select(tier => new Tier([.. tier.Select(id => new BackendId(id))]))], PoolTuning.Default);
        State = PoolState.Create(definition, _now);
        foreach (var id in definition.Backends)
        {
            Probe(id.Value, passed: true);
        }
    }

    public PoolState State { get; private set; }

    public OpenIncident? Open => _fold.Open;

    public List<OpenIncident> Over { get; } = [];

    /// <summary>How often the counters were read.</summary>
    public int Samples { get; private set; }

    public Instant Now => _now;

    public static Outage OfTwoTiers() => new(["primary"], ["secondary"]);

    public Outage Wait(int milliseconds)
    {
        _now += TimeSpan.FromMilliseconds(milliseconds);
        return this;
    }

    /// <summary>Requests come to their end.</summary>
    public Outage Ends(RequestEnd end, int times = 1, double took = 1)
    {
        for (var time = 0; time < times; time++)
        {
            _counters.Count(end);
            _latency.Record(TimeSpan.FromMilliseconds(took));
        }

        return this;
    }

    public Outage Hedge()
    {
        _attempts.CountHedge(won: true);
        return this;
    }

    public Outage Hold()
    {
        _attempts.Hold.TryJoin(most: 10, _attempts.Hold.Releases);
        return this;
    }

    public Outage Probe(string backend, bool passed) => Take(new PoolInput.ProbeCompleted(
        _now, _counters.Tally, new BackendId(backend), passed ? ProbeOutcome.Passed.Instance : new ProbeOutcome.Failed(new Fault(FaultKind.Timeout, "no answer"))));

    public Outage Fails(string backend, long streak) =>
        Take(new PoolInput.AttemptFailed(_now, _counters.Tally, new BackendId(backend), new Fault(FaultKind.Status, "answered 500"), streak));

    public Outage Refuses(string backend) =>
        Take(new PoolInput.ConnectionRefused(_now, _counters.Tally, new BackendId(backend), new Fault(FaultKind.Connect, "connection refused")));

    public Outage Answers() => Take(new PoolInput.FirstAnswered(_now, _counters.Tally, State.Epoch));

    public Outage Ticks() => Take(new PoolInput.Ticked(_now, _counters.Tally));

    public Outage Commanded(Command command) => Take(new PoolInput.Commanded(_now, _counters.Tally, command, "a test"));

    /// <summary>As the engine takes an input, and brings its step to the fold.</summary>
    public Outage Take(PoolInput input)
    {
        var decision = Decider.Decide(State, input);
        return decision.Events.IsEmpty ? this : Happens(input, Applier.Apply(State, decision.Events), [.. decision.Events]);
    }

    public Outage Happens(PoolInput input, PoolState after, params PoolEvent[] events)
    {
        var before = State;
        State = after;
        (_fold, var over) = _fold.Step(new IncidentInput(input, before, after, [.. events.Where(e => !e.IsQuiet)]), Sample);
        if (over is not null)
        {
            Over.Add(over);
        }

        return this;
    }

    private IncidentSample Sample()
    {
        Samples++;
        return new IncidentSample(_counters.Tally, _attempts.HedgesWon + _attempts.HedgesLost, _attempts.Hold.Totals.Held, _latency.Read());
    }
}
