using System.Collections.Immutable;
using Gateway.Core;

namespace Gateway.Failover.WhatIf;

/// <summary>
/// One backend of a trace: what becomes of a request, or of a probe, that it is sent at some instant. The whole of what will happen to it is known, so that
/// the answer is worked out at once. Pure.
/// </summary>
internal sealed class BackendScript
{
    /// <summary>How long a connection takes to be refused, and the answer of a probe that finds all well to come.</summary>
    public static readonly TimeSpan Instantly = TimeSpan.FromMilliseconds(1);

    private static readonly Instant Never = new(long.MaxValue);

    private readonly ImmutableArray<Stage> _stages;

    /// <param name="events">Of this backend, in the order of their times.</param>
    public BackendScript(IEnumerable<TraceEvent> events, TimeSpan usualLatency)
    {
        var stages = new List<Stage> { new(new Instant(long.MinValue), Never, new TraceEvent(TimeSpan.Zero, string.Empty, Condition.Well)) };
        foreach (var happened in events)
        {
            Add(stages, new Instant(happened.At.Ticks), happened);
            if (happened.Until is { } until)
            {
                Add(stages, new Instant(until.Ticks), new TraceEvent(until, happened.Backend, Condition.Well));
            }
        }

        _stages = [.. stages];
        UsualLatency = usualLatency;
    }

    private TimeSpan UsualLatency { get; }

    /// <summary>When its process is gone, and when it is there again.</summary>
    public IEnumerable<(Instant From, Instant? To)> Deaths => _stages
        .Where(stage => stage.Of.Is == Condition.Dead)
        .Select(stage => (stage.From, stage.To == Never ? (Instant?)null : stage.To));

    /// <summary>Every change of its condition.</summary>
    public IEnumerable<TraceEvent> Changes => _stages.Skip(1).Select(stage => stage.Of);

    /// <param name="spread">How long the answer takes in usual times; 1 is the average.</param>
    /// <param name="luck">0 to 1; whoever has less than a condition's share feels it.</param>
    public ScriptedAnswer Ask(Instant at, double spread, double luck)
    {
        var (now, left) = (at, (TimeSpan?)null);
        foreach (var stage in From(at))
        {
            var felt = luck < stage.Of.Share;
            switch (stage.Of.Is)
            {
                case Condition.Dead:
                    return stage.From <= at ? new ScriptedAnswer(AnswerKind.Refused, at + Instantly) : new ScriptedAnswer(AnswerKind.Broken, stage.From);
                case Condition.Hung when felt:
                    now = stage.To;
                    continue;
            }

            left ??= (felt ? stage.Of.Latency ?? UsualLatency : UsualLatency) * spread;
            if (stage.To == Never || now + left.Value <= stage.To)
            {
                return new ScriptedAnswer(AnswerKind.Answered, now + left.Value) { Status = felt && stage.Of.Is == Condition.Erring ? stage.Of.Status : 200 };
            }

            left -= stage.To - now;
            now = stage.To;
        }

        return new ScriptedAnswer(AnswerKind.Silent, Never);
    }

    /// <summary>A probe. Where the trace does not say what it finds, that follows from what becomes of requests; a share of them is nothing to it.</summary>
    public (ProbeOutcome Outcome, TimeSpan Took) Probe(Instant at, TimeSpan timeout)
    {
        var stage = From(at).First();
        return (stage.Of.Is, stage.Of.ProbePasses) switch
        {
            (Condition.Dead, _) => (Failed(FaultKind.Connect, "connection refused"), Instantly),
            (_, true) => (ProbeOutcome.Passed.Instance, Instantly),
            (Condition.Erring, false) => (Failed(FaultKind.Status, $"answered {stage.Of.Status}"), Instantly),
            (_, false) => (TimedOut(timeout), timeout),
            (Condition.Leaving, _) => (new ProbeOutcome.Draining("its probe says so"), Instantly),
            _ when stage.Of.Share < 1 => (ProbeOutcome.Passed.Instance, Instantly),
            _ => Judged(Ask(at, 1, 0), at, timeout),
        };
    }

    private static (ProbeOutcome Outcome, TimeSpan Took) Judged(ScriptedAnswer answer, Instant at, TimeSpan timeout)
    {
        var inTime = answer.Kind != AnswerKind.Silent && answer.At - at <= timeout;
        return (answer.Kind, answer.Status) switch
        {
            _ when !inTime => (TimedOut(timeout), timeout),
            (AnswerKind.Answered, 200) => (ProbeOutcome.Passed.Instance, answer.At - at),
            (AnswerKind.Answered, var status) => (Failed(FaultKind.Status, $"answered {status}"), answer.At - at),
            _ => (Failed(FaultKind.Broken, "connection closed before an answer"), answer.At - at),
        };
    }

    private static ProbeOutcome.Failed TimedOut(TimeSpan timeout) => Failed(FaultKind.Timeout, $"no answer within {timeout.TotalMilliseconds:0} ms");

    private static ProbeOutcome.Failed Failed(FaultKind kind, string detail) => new(new Fault(kind, detail));

    private IEnumerable<Stage> From(Instant at) => _stages.Where(stage => stage.To > at);

    private static void Add(List<Stage> stages, Instant at, TraceEvent happened)
    {
        stages[^1] = stages[^1] with { To = at };
        stages.Add(new Stage(at, Never, happened));
    }

    private readonly record struct Stage(Instant From, Instant To, TraceEvent Of);
}

/// <summary>What becomes of a request at a backend.</summary>
/// <param name="At">When that is known.</param>
internal readonly record struct ScriptedAnswer(AnswerKind Kind, Instant At)
{
    public int Status { get; init; }
}

internal enum AnswerKind
{
    Answered,

    /// <summary>There was no connection; nothing was sent.</summary>
    Refused,

    /// <summary>The connection broke while the request was under way.</summary>
    Broken,

    /// <summary>No answer ever.</summary>
    Silent,
}
