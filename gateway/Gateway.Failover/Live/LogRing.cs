using System.Collections.Immutable;

namespace Gateway.Failover.Live;

/// <summary>The latest log lines.</summary>
internal sealed class LogRing
{
    private readonly Lock _gate = new();
    private readonly Queue<LogLine> _lines = new();
    private long _sequence;

    /// <summary>How many lines are kept. The configuration sets it once it is known; lines come earlier.</summary>
    public int Limit { get; set; } = new LiveOptions().LogLines;

    public IReadOnlyList<LogLine> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    public LogLine Add(DateTimeOffset at, string level, string category, string message, string? requestId)
    {
        lock (_gate)
        {
            var line = new LogLine(++_sequence, at, level, category, message, requestId);
            _lines.Enqueue(line);
            while (_lines.Count > Limit)
            {
                _lines.Dequeue();
            }

            return line;
        }
    }
}

/// <summary>The latest figures, oldest first: five minutes at the default interval.</summary>
internal sealed class FiguresRing
{
    private const int Limit = 300;
    private ImmutableList<FiguresReport> _reports = [];

    public IReadOnlyList<FiguresReport> Reports => Volatile.Read(ref _reports);

    /// <summary>Called by one timer only.</summary>
    public void Add(FiguresReport report)
    {
        var reports = _reports.Add(report);
        Volatile.Write(ref _reports, reports.Count > Limit ? reports.RemoveAt(0) : reports);
    }
}
