using System.Collections.Immutable;
using Gateway.Core;

namespace Gateway.Failover.Incidents;

/// <summary>An incident while it goes on: what has happened in it so far. Immutable; <see cref="Step"/> adds what one more step says.</summary>
internal sealed record OpenIncident(IncidentStart Start)
{
    /// <summary>Sentences that are kept; more are counted.</summary>
    public const int MostSentences = 200;

    /// <summary>Changes of the active backend that are kept; a pool that moves more often says the same again.</summary>
    private const int MostChanges = 50;

    public (Instant At, string Sentence)? Suspected { get; init; }

    public (Instant At, string Sentence)? Exhausted { get; init; }

    public (Instant At, string Sentence)? FirstAnswer { get; init; }

    /// <summary>The first finding that a member of the active tier is down.</summary>
    public string? WentDown { get; init; }

    public ImmutableList<IncidentChange> Changes { get; init; } = [];

    public ImmutableList<PoolEvent> Sentences { get; init; } = [];

    public long LeftOut { get; init; }

    public ImmutableSortedDictionary<string, IncidentFinding> Findings { get; init; } =
        ImmutableSortedDictionary.Create<string, IncidentFinding>(StringComparer.Ordinal);

    /// <summary>When the pool was steady again.</summary>
    public Instant? OverAt { get; init; }

    /// <summary>The counters then.</summary>
    public IncidentSample? End { get; init; }

    public IncidentChange? Failover => Changes.Find(change => change.Verdict.Kind == ChangeKind.Failover);

    public IncidentKind Kind => (Exhausted, Failover, WentDown) switch
    {
        (not null, _, _) => IncidentKind.Outage,
        (_, not null, _) => IncidentKind.Failover,
        (_, _, not null) => IncidentKind.Partial,
        _ => IncidentKind.Suspicion,
    };

    public OpenIncident Step(IncidentInput input)
    {
        var incident = input.Events.Aggregate(this, (incident, happened) => incident.Note(input, happened));
        return incident.FirstAnswer is null && input.After.Window is { FirstAnswerAt: { } at } window
            && incident.Changes.Exists(change => change.Verdict.Epoch == window.Epoch)
            ? incident with { FirstAnswer = (at, $"{input.After.Active.Name} gave its first good answer.") }
            : incident;
    }

    private OpenIncident Note(IncidentInput input, PoolEvent happened)
    {
        var incident = happened switch
        {
            _ when happened.IsQuiet || happened.Sentence.Length == 0 => this,
            _ when Sentences.Count < MostSentences => this with { Sentences = Sentences.Add(happened) },
            _ => this with { LeftOut = LeftOut + 1 },
        };
        return happened switch
        {
            PoolEvent.BackendSuspected e when IsNow(input, e.Backend, Health.Suspected) =>
                incident.Found(e.Backend, Health.Suspected, e.Cause, e.Sentence) with
                {
                    Suspected = Suspected ?? (input.Before.Active.Backends.Contains(e.Backend) ? (e.At, e.Sentence) : null),
                },
            PoolEvent.BackendWentDown e when IsNow(input, e.Backend, Health.Down) => incident.Found(e.Backend, Health.Down, e.Cause, e.Sentence) with
            {
                WentDown = WentDown ?? (input.Before.Active.Backends.Contains(e.Backend) ? e.Sentence : null),
            },
            PoolEvent.PoolExhausted e when input.After.Exhausted => incident with { Exhausted = Exhausted ?? (e.At, e.Sentence) },
            PoolEvent.ActiveChanged e when input.After.Epoch.Number >= e.Epoch.Number && Changes.Count < MostChanges =>
                incident with { Changes = Changes.Add(new IncidentChange(e, Measured: null)) },
            PoolEvent.ChangeMeasured e => incident with
            {
                Changes = [.. Changes.Select(change => change.Verdict.Epoch == e.Epoch ? change with { Measured = e } : change)],
            },
            _ => incident,
        };
    }

    private static bool IsNow(IncidentInput input, BackendId id, Health health) =>
        input.After.Backends.TryGetValue(id, out var backend) && backend.Health == health;

    // Down is worse than suspected; of two findings that are as bad the later one tells more.
    private OpenIncident Found(BackendId id, Health health, Cause cause, string sentence) =>
        health == Health.Suspected && Findings.TryGetValue(id.Value, out var known) && known.Health != IncidentWords.Label(Health.Suspected)
            ? this
            : this with
            {
                Findings = Findings.SetItem(
                    id.Value, new IncidentFinding(id.Value, IncidentWords.Label(health), IncidentWords.Label(cause), sentence)),
            };
}

/// <summary>A change of the active backend, with its figures once they are there.</summary>
internal sealed record IncidentChange(PoolEvent.ActiveChanged Verdict, PoolEvent.ChangeMeasured? Measured);
