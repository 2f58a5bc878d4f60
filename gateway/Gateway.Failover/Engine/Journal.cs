using System.Threading.Channels;
using Gateway.Failover.Configuration;

namespace Gateway.Failover.Engine;

/// <summary>
/// Keeps the events over a restart. The engine hands records over and goes on; one writer appends them. A disk that is full or gone costs
/// entries, which are counted, and never a request or a verdict.
/// </summary>
internal sealed partial class Journal(ConfigGate gate, PoolDirectory pools, EngineClock clock, ILogger<Journal> log) : IReactor, IAsyncDisposable
{
    private const int Waiting = 10_000;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly Channel<JournalEntry> _entries = Channel.CreateBounded<JournalEntry>(
        new BoundedChannelOptions(Waiting) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly List<JournalEntry> _kept = [];
    private JournalFile<JournalEntry>? _file;
    private Task _writer = Task.CompletedTask;
    private long _lost;
    private bool _failing;

    public string Id => _file?.Id ?? JournalFormat.NewId();

    /// <summary>Entries that could not be written.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>The latest write failed.</summary>
    public bool Failing => Volatile.Read(ref _failing);

    /// <summary>Reads what is there and begins to write. A file that cannot be read is left alone and journalling is off: a history is worth
    /// less than a gateway that starts, but more than being overwritten.</summary>
    public IReadOnlyList<JournalEntry> Open()
    {
        var options = gate.Current.Options.Journal;
        if (options.Path.Length == 0)
        {
            return [];
        }

        var file = new JournalFile<JournalEntry>(options.Path, options.MaxBytes);
        try
        {
            _kept.AddRange(file.Load(out var bad));
            if (bad > 0)
            {
                Log.BadLines(log, options.Path, bad);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Unreadable(log, options.Path, e.Message);
            Volatile.Write(ref _failing, true);
            file.Dispose();
            return [];
        }

        _file = file;
        _writer = Task.Run(WriteAsync);
        return [.. _kept];
    }

    public void React(Step step)
    {
        if (_file is null)
        {
            return;
        }

        foreach (var record in step.Records)
        {
            if (!_entries.Writer.TryWrite(JournalEntry.Of(record, clock)))
            {
                Interlocked.Increment(ref _lost);
            }
        }
    }

    /// <summary>Writes what waits, for a bounded while: a disk that hangs must not keep the process.</summary>
    public async Task CloseAsync(CancellationToken cancel)
    {
        _entries.Writer.TryComplete();
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

    private async Task WriteAsync()
    {
        await foreach (var entry in _entries.Reader.ReadAllAsync())
        {
            _kept.Add(entry);
            Bound(_kept);
            Write(entry);
        }
    }

    private void Write(JournalEntry entry)
    {
        try
        {
            _file!.Append(JournalFormat.Line(entry));
            if (_file.IsFull)
            {
                _kept.RemoveRange(0, _kept.Count / 2);
                _kept.RemoveAll(old => old.Sequence == 0);
                _file.Rewrite(pools.Ordered.SelectMany(pool => Restoration.Checkpoint(pool.View.State, entry, clock)).Concat(_kept));
                Log.Rewritten(log, _kept.Count);
            }

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

    // What a rewrite would keep; far more than the file's smallest bound holds is of no use.
    private void Bound(List<JournalEntry> entries)
    {
        var most = Math.Max(1_000, (int)Math.Min(int.MaxValue, gate.Current.Options.Journal.MaxBytes / 100));
        if (entries.Count > most)
        {
            entries.RemoveRange(0, entries.Count / 2);
        }
    }
}
