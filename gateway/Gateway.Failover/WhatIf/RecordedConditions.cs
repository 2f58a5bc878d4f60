using System.Globalization;
using System.Text.RegularExpressions;
using Gateway.Core;
using Gateway.Failover.Engine;

namespace Gateway.Failover.WhatIf;

/// <summary>For how long each backend was out of order, and how, as far as a journal tells.</summary>
internal sealed partial class RecordedConditions
{
    private const int Patience = 1000;

    // A slow answer is told of without its time; a second is what most people would call slow.
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Open> _open = [];
    private readonly Dictionary<string, DateTimeOffset> _suspected = [];
    private readonly List<RecordedCondition> _all = [];

    /// <param name="entries">Of one pool, in the order of their times.</param>
    public RecordedConditions(IEnumerable<JournalEntry> entries)
    {
        foreach (var entry in entries)
        {
            Read(entry, entry.Backend ?? string.Empty);
        }

        foreach (var backend in _open.Keys.ToList())
        {
            Close(backend, to: null);
        }
    }

    public IReadOnlyList<RecordedCondition> All => _all;

    private void Read(JournalEntry entry, string backend)
    {
        switch (entry.Kind)
        {
            case nameof(PoolEvent.BackendSuspected):
                _suspected.TryAdd(backend, entry.At);
                break;
            case nameof(PoolEvent.BackendCleared):
                _suspected.Remove(backend);
                break;
            case nameof(PoolEvent.BackendWentDown):
                Begin(backend, entry.At, Event(entry, backend));
                break;
            case nameof(PoolEvent.BackendLeaving):
                Begin(backend, entry.At, new TraceEvent(default, backend, Condition.Leaving));
                break;
            case nameof(PoolEvent.BackendOnTrial) when _open.TryGetValue(backend, out var open):
                // Those trials that bring it back are the last.
                _open[backend] = open with { TrialAt = entry.At };
                break;
            case nameof(PoolEvent.BackendCameUp):
                Close(backend, _open.TryGetValue(backend, out var ended) ? ended.TrialAt ?? entry.At : entry.At);
                break;
            case nameof(PoolEvent.BackendStays) when _open.TryGetValue(backend, out var left) && left.Event.Is == Condition.Leaving:
                Close(backend, entry.At);
                break;
            case nameof(PoolEvent.ActiveChanged) when entry.FirstSignalAt is { } signal:
                NoteSignal(entry, signal);
                break;
        }
    }

    private void Begin(string backend, DateTimeOffset at, TraceEvent happened)
    {
        var from = _suspected.Remove(backend, out var suspected) ? suspected : at;
        if (_open.TryGetValue(backend, out var open))
        {
            if (open.Event.Is == happened.Is || happened.Is != Condition.Dead)
            {
                // More bad news of a backend that is out of order already; its probe may have found it now too.
                _open[backend] = happened.ProbePasses is null ? open with { Event = open.Event with { ProbePasses = null, Share = 1 } } : open;
                return;
            }

            Close(backend, at);
            from = at;
        }

        _open[backend] = new Open(from, happened);
    }

    private void Close(string backend, DateTimeOffset? to)
    {
        _suspected.Remove(backend);
        if (_open.Remove(backend, out var open) && (to is null || to - open.From >= TimeSpan.FromMilliseconds(1)))
        {
            _all.Add(new RecordedCondition(open.From, to, open.Event));
        }
    }

    // The verdict knows when it all began.
    private void NoteSignal(JournalEntry entry, DateTimeOffset signal)
    {
        foreach (var (backend, open) in _open.ToList())
        {
            var isNew = open.From > signal && !_all.Exists(earlier => earlier.Event.Backend == backend && earlier.To > signal);
            if (isNew && (entry.From ?? string.Empty).Split('+').Contains(backend))
            {
                _open[backend] = open with { From = signal };
            }
        }
    }

    /// <summary>The verdict's cause, and what the sentence adds to it.</summary>
    private static TraceEvent Event(JournalEntry entry, string backend)
    {
        var happened = new TraceEvent(default, backend, Condition.Hung);
        var status = Status().Match(entry.Sentence) is { Success: true } answered ? int.Parse(answered.Groups["status"].Value, CultureInfo.InvariantCulture) : 500;
        var noAnswer = entry.Sentence.Contains("no answer", StringComparison.Ordinal);
        return entry.Cause switch
        {
            Cause.Refused => happened with { Is = Condition.Dead },
            Cause.Stalled => happened,
            Cause.Slow => happened with { Is = Condition.Slow, Latency = Slow, ProbePasses = true, Share = Share(entry) },
            Cause.FailureRatio => happened with { Is = Condition.Erring, ProbePasses = true, Share = Share(entry) },
            Cause.RequestsFailed when noAnswer => happened with { ProbePasses = true },
            Cause.RequestsFailed => happened with { Is = Condition.Erring, Status = status, ProbePasses = true },
            _ when entry.Sentence.Contains("connection refused", StringComparison.Ordinal) => happened with { Is = Condition.Dead },
            _ when noAnswer => happened,
            _ => happened with { Is = Condition.Erring, Status = status },
        };
    }

    private static double Share(JournalEntry entry) => Counts().Match(entry.Sentence) is { Success: true } counts
        ? Math.Round(double.Parse(counts.Groups["some"].Value, CultureInfo.InvariantCulture) / double.Parse(counts.Groups["all"].Value, CultureInfo.InvariantCulture), 2)
        : 1;

    [GeneratedRegex(@"answered (?<status>[45]\d\d)\b", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex Status();

    [GeneratedRegex(@"(?<some>\d+) of (?<all>[1-9]\d*) requests", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex Counts();

    private sealed record Open(DateTimeOffset From, TraceEvent Event)
    {
        public DateTimeOffset? TrialAt { get; init; }
    }
}

/// <summary>A condition of a backend on the wall clock.</summary>
/// <param name="To">When it was over; null where the journal ends before.</param>
internal sealed record RecordedCondition(DateTimeOffset From, DateTimeOffset? To, TraceEvent Event);
