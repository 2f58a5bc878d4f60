using System.Collections.Immutable;
using System.Threading.Channels;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Incidents;

/// <summary>A line of the incidents' file: an incident, the sums of its pool, or both, so that both are kept or neither.</summary>
internal sealed record IncidentLine
{
    public Incident? Incident { get; init; }

    public Reliability? Figures { get; init; }
}

/// <summary>
/// The incidents in memory, newest first, and their file beside the journal. A later line of the same incident replaces an earlier one. Whoever
/// hands over a line goes on; one writer appends it. A disk that is full or gone costs lines, which are counted, and nothing else.
/// </summary>
internal sealed partial class IncidentJournal(ConfigGate gate, ILogger<IncidentJournal> log) : IAsyncDisposable
{
    private const int Waiting = 10_000;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly Channel<IncidentLine> _lines = Channel.CreateBounded<IncidentLine>(
        new BoundedChannelOptions(Waiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Reliability> _figures = new(StringComparer.Ordinal);
    private ImmutableSortedDictionary<long, Incident> _incidents = ImmutableSortedDictionary<long, Incident>.Empty;
    private JournalFile<IncidentLine>? _file;
    private Task _writer = Task.CompletedTask;
    private int _written;
    private long _lastId;
    private long _lost;
    private bool _failing;

    /// <summary>By id.</summary>
    public ImmutableSortedDictionary<long, Incident> All => Volatile.Read(ref _incidents);

    /// <summary>Lines that could not be written.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>The latest write failed.</summary>
    public bool Failing => Volatile.Read(ref _failing);

    /// <summary>Beside the journal, under its name.</summary>
    public static string PathBeside(string journal) =>
        Path.Combine(
            Path.GetDirectoryName(journal) ?? string.Empty, $"{Path.GetFileNameWithoutExtension(journal)}.incidents{Path.GetExtension(journal)}");

    public long NextId() => Interlocked.Increment(ref _lastId);

    public Reliability? FiguresOf(string pool)
    {
        lock (_gate)
        {
            return _figures.GetValueOrDefault(pool);
        }
    }

    /// <summary>Reads what is there, closes what was open, begins to write. A file that cannot be read is left alone.</summary>
    public void Open()
    {
        var options = gate.Current.Options.Journal;
        if (options.Path.Length == 0)
        {
            return;
        }

        var path = PathBeside(options.Path);
        var file = new JournalFile<IncidentLine>(path, options.MaxBytes);
        try
        {
            var lines = file.Load(out var bad);
            foreach (var line in lines)
            {
                Remember(line);
                (_lastId, _written) = (Math.Max(_lastId, line.Incident?.Id ?? 0), _written + 1);
            }

            if (bad > 0)
            {
                Log.BadLines(log, path, bad);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Unreadable(log, path, e.Message);
            Volatile.Write(ref _failing, true);
            file.Dispose();
            return;
        }

        _file = file;
        CloseOpen();
        _writer = Task.Run(WriteAsync);
    }

    public void Keep(IncidentLine line)
    {
        lock (_gate)
        {
            Remember(line);
            // Under the lock, so that of two lines about one incident the later one is later in the file too.
            if (_file is not null && !_lines.Writer.TryWrite(line))
            {
                Interlocked.Increment(ref _lost);
            }
        }
    }

    /// <summary>Writes what waits, for a bounded while.</summary>
    public async Task CloseAsync(CancellationToken cancel)
    {
        _lines.Writer.TryComplete();
        try
        {
            await _writer.WaitAsync(Farewell, cancel);
            _file?.Dispose();
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            Log.Unfinished(log);
        }
    }

    public async ValueTask DisposeAsync() => await CloseAsync(CancellationToken.None);

    private void CloseOpen()
    {
        foreach (var open in All.Values.Where(incident => incident.End == IncidentEnd.Open))
        {
            var closed = IncidentAccount.CutShort(open);
            var figures = FiguresOf(open.Pool)?.With(closed, TimeSpan.FromMilliseconds(open.DurationMs));
            Keep(new IncidentLine { Incident = closed, Figures = figures });
            Log.CutShort(log, closed.Pool, closed.Id, closed.Sentence);
        }
    }

    private void Remember(IncidentLine line)
    {
        if (line.Figures is { } figures)
        {
            _figures[figures.Pool] = figures;
        }

        if (line.Incident is { } incident)
        {
            var incidents = _incidents.SetItem(incident.Id, incident);
            var beyond = incidents.Count - gate.Current.Options.Incidents.Keep;
            // One that goes on outlives those that are over, however many those are.
            var oldest = incidents.Where(entry => entry.Value.End != IncidentEnd.Open && entry.Key != incident.Id).Take(Math.Max(0, beyond)).Select(entry => entry.Key);
            Volatile.Write(ref _incidents, beyond > 0 ? incidents.RemoveRange([.. oldest]) : incidents);
        }
    }

    private async Task WriteAsync()
    {
        await foreach (var line in _lines.Reader.ReadAllAsync())
        {
            try
            {
                _file!.Append(JournalFormat.Line(line));
                Bound(++_written);
                if (_failing)
                {
                    Volatile.Write(ref _failing, false);
                    Log.Healed(log);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Interlocked.Increment(ref _lost);
                if (!_failing)
                {
                    Volatile.Write(ref _failing, true);
                    Log.Failing(log, e.Message);
                }
            }
        }
    }

    // An incident has a few lines before its last. Where it is the bytes that are too many, half of the incidents go, as with the journal.
    private void Bound(int written)
    {
        IReadOnlyList<IncidentLine> lines;
        lock (_gate)
        {
            if (!_file!.IsFull && written <= (4 * (gate.Current.Options.Incidents.Keep + _figures.Count)) + 100)
            {
                return;
            }

            if (_file.IsFull)
            {
                Volatile.Write(ref _incidents, _incidents.RemoveRange(_incidents.Keys.Take(_incidents.Count / 2)));
            }

            lines =
            [
                .. _figures.Values.Select(figures => new IncidentLine { Figures = figures }),
                .. _incidents.Values.Select(incident => new IncidentLine { Incident = incident }),
            ];
        }

        _file.Rewrite(lines);
        _written = lines.Count;
    }
}
