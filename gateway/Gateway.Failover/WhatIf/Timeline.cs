using Gateway.Core;
using Gateway.Failover.Configuration;

namespace Gateway.Failover.WhatIf;

/// <summary>What happened in a replay, in order: to the backends, by the trace, and to the pool, by its rules.</summary>
internal sealed class Timeline
{
    private const int Most = 10_000;

    private readonly List<TimelineEntry> _entries = [];
    private readonly PoolReplay _pool;

    public Timeline(PoolReplay pool)
    {
        _pool = pool;
        pool.Decided += Add;
    }

    public IReadOnlyList<TimelineEntry> Entries => _entries;

    /// <summary>How many were not kept, because there were too many.</summary>
    public long Dropped { get; private set; }

    public List<PoolEvent.ActiveChanged> Changes { get; } = [];

    public List<PoolEvent.ChangeMeasured> Measured { get; } = [];

    /// <summary>The trace has changed a backend.</summary>
    public void Tell(string backend, TraceEvent happened) => Keep(new TimelineEntry(_pool.Now, Rule: null, happened.Is.ToString(), $"{backend} {Words(happened)}."));

    private void Add(PoolInput input, Decision decision, PoolState before)
    {
        Changes.AddRange(decision.Events.OfType<PoolEvent.ActiveChanged>());
        Measured.AddRange(decision.Events.OfType<PoolEvent.ChangeMeasured>());
        var told = decision.Events.Where(happened => !happened.IsQuiet).ToList();
        foreach (var happened in told)
        {
            var rule = told.Count == 1 ? decision.Reason.Code : Rule(happened, input, before) ?? decision.Reason.Code;
            Keep(new TimelineEntry(happened.At, RuleAttribute.Of(rule).Id, happened.GetType().Name, happened.Sentence) { Event = happened });
        }
    }

    // A decision has one reason. Where several things follow from it, the reason is that of the choice, and what came before has its own.
    private static ReasonCode? Rule(PoolEvent happened, PoolInput input, PoolState before) => happened switch
    {
        PoolEvent.BackendWentDown e when before.Backends[e.Backend].OnTrial && e.Ejected => ReasonCode.TrialFailed,
        PoolEvent.BackendWentDown e => e.Cause switch
        {
            Cause.Refused => ReasonCode.NobodyListens,
            Cause.Stalled => ReasonCode.StallReached,
            Cause.FailureRatio => ReasonCode.FailureRatioReached,
            Cause.Slow => ReasonCode.SlowRatioReached,
            Cause.RequestsFailed => ReasonCode.StreakReached,
            _ => ReasonCode.FallReached,
        },
        PoolEvent.BackendCameUp => input switch
        {
            PoolInput.AttemptSucceeded => before.Exhausted ? ReasonCode.ProvenByAnswer : ReasonCode.TrialsPassed,
            _ => ReasonCode.RiseReached,
        },
        PoolEvent.BackendLeaving => ReasonCode.Leaving,
        PoolEvent.BackendStays => ReasonCode.LeavingNoMore,
        PoolEvent.BackendAdminChanged => ReasonCode.CommandAccepted,
        PoolEvent.BackendOnTrial => ReasonCode.HalfOpen,
        PoolEvent.TrialsLapsed => ReasonCode.TrialsLapsed,
        PoolEvent.ChangeMeasured => ReasonCode.Measured,
        _ => null,
    };

    private void Keep(TimelineEntry entry)
    {
        if (_entries.Count < Most)
        {
            _entries.Add(entry);
        }
        else
        {
            Dropped++;
        }
    }

    private static string Words(TraceEvent happened)
    {
        var share = happened.Share < 1 ? $" {happened.Share * 100:0.#} % of its requests" : string.Empty;
        var condition = happened.Is switch
        {
            Condition.Dead => "dies",
            Condition.Hung => share.Length > 0 ? $"leaves{share} without an answer" : "hangs",
            Condition.Erring => $"answers{share} {(share.Length > 0 ? "with " : string.Empty)}{happened.Status}",
            Condition.Slow => $"takes {Duration.Format(happened.Latency!.Value)} for{(share.Length > 0 ? share : " each answer")}",
            Condition.Leaving => "asks for no new requests",
            _ => "is well",
        };
        return condition + happened.ProbePasses switch
        {
            null => string.Empty,
            true => ", but its probe passes",
            false => ", but its probe fails",
        };
    }
}

/// <param name="Rule">The rule's id; null for what the trace did.</param>
/// <param name="Kind">What it is, for machines.</param>
internal sealed record TimelineEntry(Instant At, string? Rule, string Kind, string Sentence)
{
    /// <summary>What happened to the pool; null for what the trace did.</summary>
    public PoolEvent? Event { get; init; }
}
