namespace Gateway.Failover.Configuration.Amending;

/// <summary>
/// Keeps the operators' amendments over a restart, in a small file beside the journal that is replaced as a whole. A disk that is full, gone or hung
/// costs the keeping, which is said and tried again, and never a request, a start or the change itself.
/// </summary>
internal sealed partial class AmendmentFile : IDisposable
{
    // More than any operator types; a file beyond it is not one of ours.
    private const long MostBytes = 64 * 1024 * 1024;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly ILogger _log;
    private readonly ITimer _retry;
    private readonly Lock _gate = new();
    private string? _path;
    private byte[]? _wanted;
    private Task<string?> _writing = Task.FromResult<string?>(null);
    private bool _busy;
    private bool _failing;

    public AmendmentFile(TimeProvider time, ILogger log)
    {
        _log = log;
        _retry = time.CreateTimer(_ => Keep(wanted: null, TimeSpan.Zero), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Why nothing can be kept at all, as a sentence; null where it can.</summary>
    public string? MemoryOnly { get; private set; } = "Failover:Journal:Path is empty, so a restart forgets it.";

    /// <summary><c>data/journal.jsonl</c> has <c>data/journal.backends.jsonl</c> beside it.</summary>
    public static string Beside(string journal) => Path.ChangeExtension(journal, ".backends" + Path.GetExtension(journal));

    /// <summary>Reads what was kept. What cannot be believed is set aside, what cannot be read is left alone; both are said and no more.</summary>
    /// <param name="journal">The journal's path; empty where there is none.</param>
    public Amendments Open(string journal)
    {
        if (journal.Length == 0)
        {
            return Amendments.None;
        }

        _path = Beside(journal);
        MemoryOnly = null;
        try
        {
            var file = new FileInfo(_path);
            if (!file.Exists)
            {
                return Amendments.None;
            }

            var (read, broken) = file.Length > MostBytes ? (null, "it is too large") : AmendmentFormat.Read(File.ReadAllBytes(_path));
            if (read is null)
            {
                SetAside(broken!);
            }

            return read ?? Amendments.None;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Unreadable(_log, _path, e.Message);
            MemoryOnly = $"{_path} could not be read and is left alone, so a restart forgets it.";
            _path = null;
            return Amendments.None;
        }
    }

    /// <summary>The file cannot be used: it is kept for whoever wants to look at it, and the next change begins a new one.</summary>
    public void SetAside(string because)
    {
        if (_path is null)
        {
            return;
        }

        var aside = _path + ".broken";
        Log.Broken(_log, _path, because, aside);
        try
        {
            File.Move(_path, aside, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Failing(_log, _path, e.Message);
        }
    }

    /// <summary>Writes the amendments, for a bounded while.</summary>
    /// <returns>Why they are not kept, as a sentence; null when they are.</returns>
    public string? Keep(Amendments amendments, TimeSpan limit) =>
        _path is null ? MemoryOnly : Keep(AmendmentFormat.Write(amendments), limit) is { } error
            ? $"{_path} cannot be written ({error.TrimEnd('.')}); until it can, a restart forgets it."
            : null;

    public void Dispose() => _retry.Dispose();

    // The file gets the latest word and not each: one writer at a time, which looks for a newer one before it ends.
    private string? Keep(byte[]? wanted, TimeSpan limit)
    {
        Task<string?> writing;
        lock (_gate)
        {
            _wanted = wanted ?? _wanted;
            // A write that still hangs takes the newer word along when it comes back.
            writing = _writing = _busy ? _writing : Task.Run(WriteAll);
            _busy = true;
        }

        return writing.Wait(limit) ? writing.Result : "the disk does not answer";
    }

    private string? WriteAll()
    {
        while (true)
        {
            byte[] wanted;
            lock (_gate)
            {
                wanted = _wanted!;
            }

            var error = Replace(wanted);
            lock (_gate)
            {
                if (error is null && !ReferenceEquals(wanted, _wanted))
                {
                    continue;
                }

                Note(error);
                _busy = false;
                return error;
            }
        }
    }

    private string? Replace(byte[] content)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(_path!)) is { } folder)
            {
                Directory.CreateDirectory(folder);
            }

            var fresh = _path + ".new";
            using (var stream = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.Read))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(fresh, _path!, overwrite: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private void Note(string? error)
    {
        if (error is not null)
        {
            _retry.Change(Pause, Timeout.InfiniteTimeSpan);
        }

        if (_failing == error is not null)
        {
            return;
        }

        _failing = error is not null;
        if (error is null)
        {
            Log.Healed(_log, _path!);
        }
        else
        {
            Log.Failing(_log, _path!, error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1005, LogLevel.Error, "What operators have added and removed is forgotten: {Path} is broken ({Because}) and was set aside as {Aside}.")]
        public static partial void Broken(ILogger log, string path, string because, string aside);

        [LoggerMessage(1006, LogLevel.Error, "What operators have added and removed is not known: {Path} cannot be read. {Error}")]
        public static partial void Unreadable(ILogger log, string path, string error);

        [LoggerMessage(1007, LogLevel.Error, "What operators add and remove is in force but not kept: {Path} cannot be written. {Error}")]
        public static partial void Failing(ILogger log, string path, string error);

        [LoggerMessage(1008, LogLevel.Information, "What operators add and remove is kept again in {Path}.")]
        public static partial void Healed(ILogger log, string path);
    }
}
