using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Gateway.Core;

namespace Gateway.Failover.Engine;

/// <summary>
/// An event as the journal keeps it: flat, readable with <c>jq</c>, and additive, so that an older gateway can read a newer file. Fields that
/// a kind does not have are left out.
/// </summary>
internal sealed record JournalEntry
{
    // Written even when it is 0, as in a checkpoint: what is required and left out cannot be read again.
    [JsonPropertyName("seq")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required long Sequence { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Pool { get; init; }

    public required string Kind { get; init; }

    public required string Sentence { get; init; }

    public string? Backend { get; init; }

    public Cause? Cause { get; init; }

    public bool Ejected { get; init; }

    /// <summary>When an ejection, a drain or a rest is over.</summary>
    public DateTimeOffset? Until { get; init; }

    public int Ejections { get; init; }

    public int Trials { get; init; }

    public bool StartsSlowly { get; init; }

    /// <summary>A drained backend had finished by itself.</summary>
    public bool InTime { get; init; }

    /// <summary>It was said, and not done.</summary>
    public bool DryRun { get; init; }

    public long Revision { get; init; }

    public ImmutableArray<DateTimeOffset>? Changes { get; init; }

    public Admin? Admin { get; init; }

    public long? Epoch { get; init; }

    public ChangeKind? Change { get; init; }

    public string? From { get; init; }

    public string? To { get; init; }

    public ImmutableArray<string>? ToBackends { get; init; }

    /// <summary>Everybody in a pool that was configured anew.</summary>
    public ImmutableArray<string>? Backends { get; init; }

    public DateTimeOffset? FirstSignalAt { get; init; }

    public bool Pinned { get; init; }

    public bool Forced { get; init; }

    public double? DetectionMs { get; init; }

    public double? FailoverMs { get; init; }

    public long? Requests { get; init; }

    public long? Failed { get; init; }

    public long? Rescued { get; init; }

    public static JournalEntry Of(Recorded record, EngineClock clock)
    {
        var entry = new JournalEntry
        {
            Sequence = record.Sequence,
            At = record.At,
            Pool = record.Pool.Value,
            Kind = record.Event.GetType().Name,
            Sentence = record.Event.Sentence,
            DryRun = !record.Event.Enforced,
        };
        return record.Event switch
        {
            PoolEvent.BackendSuspected e => entry with { Backend = e.Backend.Value, Cause = e.Cause },
            PoolEvent.BackendCleared e => entry with { Backend = e.Backend.Value },
            PoolEvent.BackendWentDown e => entry with
            {
                Backend = e.Backend.Value,
                Cause = e.Cause,
                Ejected = e.Ejected,
                Until = Wall(e.Until, clock),
                Ejections = e.Ejections,
            },
            PoolEvent.BackendOnTrial e => entry with { Backend = e.Backend.Value },
            PoolEvent.TrialNoted e => entry with { Backend = e.Backend.Value, Trials = e.Trials },
            PoolEvent.TrialsLapsed e => entry with { Backend = e.Backend.Value },
            PoolEvent.BackendCameUp e => entry with { Backend = e.Backend.Value, StartsSlowly = e.StartsSlowly },
            PoolEvent.BackendAdminChanged e => entry with { Backend = e.Backend.Value, Admin = e.Admin, Until = Wall(e.Until, clock) },
            PoolEvent.BackendDrained e => entry with { Backend = e.Backend.Value, InTime = e.InTime },
            PoolEvent.BackendLeaving e => entry with { Backend = e.Backend.Value },
            PoolEvent.BackendStays e => entry with { Backend = e.Backend.Value },
            PoolEvent.RestBegan e => entry with { Until = Wall(e.Until, clock) },
            PoolEvent.BackendReset e => entry with { Backend = e.Backend.Value },
            PoolEvent.PoolConfigured e => entry with { Backends = [.. e.Definition.Backends.Select(id => id.Value)] },
            PoolEvent.ActiveChanged e => entry with
            {
                Epoch = e.Epoch.Number,
                Change = e.Kind,
                From = e.From,
                To = e.To,
                ToBackends = [.. e.ToBackends.Select(id => id.Value)],
                Cause = e.Cause,
                FirstSignalAt = Wall(e.FirstSignalAt, clock),
                Pinned = e.Pinned,
                Forced = e.Forced,
                Revision = e.Revision,
                Changes = e.Changes is { } changes ? [.. changes.Select(clock.Wall)] : null,
            },
            PoolEvent.ChangeMeasured e => entry with
            {
                Epoch = e.Epoch.Number,
                Change = e.Kind,
                DetectionMs = e.Detection?.TotalMilliseconds,
                FailoverMs = e.Failover?.TotalMilliseconds,
                Requests = e.Cost.Requests,
                Failed = e.Cost.Failed,
                Rescued = e.Cost.Rescued,
            },
            _ => entry,
        };
    }

    /// <summary>The event that this entry was made of, as far as a state can be made of it again; null for a kind that changes no state.</summary>
    public PoolEvent? ToEvent(EngineClock clock) => Read(clock) is { } happened ? happened with { Enforced = !DryRun } : null;

    private PoolEvent? Read(EngineClock clock)
    {
        var (at, id) = (clock.FromWall(At), new BackendId(Backend ?? string.Empty));
        return Kind switch
        {
            nameof(PoolEvent.BackendSuspected) =>
                new PoolEvent.BackendSuspected(at, id, Cause ?? Core.Cause.ProbeFailed, Evidence.None, Sentence),
            nameof(PoolEvent.BackendCleared) => new PoolEvent.BackendCleared(at, id, Sentence),
            nameof(PoolEvent.BackendWentDown) =>
                new PoolEvent.BackendWentDown(at, id, Cause ?? Core.Cause.ProbeFailed, Ejected, Evidence.None, Sentence)
                {
                    Until = End(clock),
                    Ejections = Ejections,
                },
            nameof(PoolEvent.BackendOnTrial) => new PoolEvent.BackendOnTrial(at, id, Sentence),
            nameof(PoolEvent.TrialNoted) => new PoolEvent.TrialNoted(at, id, Trials),
            nameof(PoolEvent.TrialsLapsed) => new PoolEvent.TrialsLapsed(at, id, Sentence),
            nameof(PoolEvent.BackendCameUp) => new PoolEvent.BackendCameUp(at, id, Sentence, StartsSlowly),
            nameof(PoolEvent.BackendAdminChanged) =>
                new PoolEvent.BackendAdminChanged(at, id, Admin ?? Core.Admin.InService, Sentence) { Until = End(clock) },
            nameof(PoolEvent.BackendDrained) => new PoolEvent.BackendDrained(at, id, InTime, Sentence),
            nameof(PoolEvent.BackendLeaving) => new PoolEvent.BackendLeaving(at, id, Sentence),
            nameof(PoolEvent.BackendStays) => new PoolEvent.BackendStays(at, id, Sentence),
            nameof(PoolEvent.RestBegan) => new PoolEvent.RestBegan(at, End(clock) ?? at, Sentence),
            nameof(PoolEvent.RestEnded) => new PoolEvent.RestEnded(at, Sentence),
            nameof(PoolEvent.BackendReset) => new PoolEvent.BackendReset(at, id, Sentence),
            nameof(PoolEvent.PoolExhausted) => new PoolEvent.PoolExhausted(at, Sentence),
            nameof(PoolEvent.HoldPlaced) => new PoolEvent.HoldPlaced(at, Sentence),
            nameof(PoolEvent.HoldReleased) => new PoolEvent.HoldReleased(at, Sentence),
            nameof(PoolEvent.ActiveChanged) => new PoolEvent.ActiveChanged(
                at, new Epoch(Epoch ?? 1), Change ?? ChangeKind.Failover, From ?? string.Empty, To ?? string.Empty,
                [.. (ToBackends ?? []).Select(name => new BackendId(name))], Cause ?? Core.Cause.Start,
                Monotonic(FirstSignalAt, clock), default, Pinned, Sentence)
                {
                    Forced = Forced,
                    Revision = Revision,
                    Changes = Changes is { } changes ? [.. changes.Select(clock.FromWall)] : null,
                },
            nameof(PoolEvent.ChangeMeasured) => new PoolEvent.ChangeMeasured(
                at, new Epoch(Epoch ?? 1), Change ?? ChangeKind.Failover, Span(DetectionMs), Span(FailoverMs),
                new Tally(Requests ?? 0, Failed ?? 0, Rescued ?? 0), Sentence),
            _ => null,
        };
    }

    private static DateTimeOffset? Wall(Instant? at, EngineClock clock) => at is { } instant ? clock.Wall(instant) : null;

    private static Instant? Monotonic(DateTimeOffset? at, EngineClock clock) => at is { } wall ? clock.FromWall(wall) : null;

    // It may lie in the future; what is known for sure is how long after the event it is.
    private Instant? End(EngineClock clock) => Until is { } until ? clock.FromWall(At) + (until - At) : null;

    // Rounded, where the framework cuts off: the figures of a change are the same after a restart as before it, to the last digit.
    private static TimeSpan? Span(double? milliseconds) =>
        milliseconds is { } ms ? TimeSpan.FromTicks((long)Math.Round(ms * TimeSpan.TicksPerMillisecond)) : null;
}
