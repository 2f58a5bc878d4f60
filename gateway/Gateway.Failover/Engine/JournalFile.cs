namespace Gateway.Failover.Engine;

/// <summary>
/// A file of checksummed lines, such as the journal: read whole at the start, then only appended to, and rewritten by its caller when it reaches
/// its bound. It holds the file open and throws what the file system throws; its one caller decides what that means.
/// </summary>
internal sealed class JournalFile<TEntry>(string path, long maxBytes) : IDisposable
    where TEntry : class
{
    private FileStream? _stream;
    private bool _torn;
    private long? _cutAt;

    public string Id { get; private set; } = JournalFormat.NewId();

    public bool IsFull => _stream?.Length > maxBytes;

    /// <summary>
    /// Reads every good line, be it that only its line break is missing. Bad ones are counted. After a torn last line, the next one begins
    /// on a line of its own.
    /// </summary>
    public IReadOnlyList<TEntry> Load(out int badLines)
    {
        var entries = new List<TEntry>();
        badLines = 0;
        if (!File.Exists(path))
        {
            return entries;
        }

        var bytes = File.ReadAllBytes(path).AsSpan();
        _torn = !bytes.IsEmpty && bytes[^1] != (byte)'\n';
        var first = true;
        foreach (var range in bytes.Split((byte)'\n'))
        {
            var line = bytes[range];
            if (first && JournalFormat.ReadHeader(line) is { } id)
            {
                Id = id;
            }
            else if (JournalFormat.Read<TEntry>(line) is { } entry)
            {
                entries.Add(entry);
            }
            else if (!line.IsEmpty)
            {
                badLines++;
                // Torn by a crash: cut off before the next line is written.
                _cutAt = _torn && range.End.GetOffset(bytes.Length) == bytes.Length ? range.Start.GetOffset(bytes.Length) : null;
            }

            first = false;
        }

        return entries;
    }

    public void Append(ReadOnlySpan<byte> lines)
    {
        var stream = _stream ??= OpenForAppend();
        try
        {
            stream.Write(lines);
            stream.Flush();
        }
        catch (IOException)
        {
            // Half a line may have been written. The next attempt starts with a line break, so that only this one is lost.
            _torn = true;
            Close();
            throw;
        }
    }

    /// <summary>Replaces the file by one that holds these entries only. The old one stays until the new one is complete.</summary>
    public void Rewrite(IEnumerable<TEntry> entries)
    {
        Close();
        var fresh = path + ".new";
        using (var stream = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.Read))
        {
            stream.Write(JournalFormat.Header(Id));
            foreach (var entry in entries)
            {
                stream.Write(JournalFormat.Line(entry));
            }

            stream.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
    }

    public void Dispose() => Close();

    private FileStream OpenForAppend()
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        if (_cutAt is { } end)
        {
            stream.SetLength(end);
            _torn = false;
        }

        stream.Seek(0, SeekOrigin.End);
        if (stream.Length == 0)
        {
            stream.Write(JournalFormat.Header(Id));
        }
        else if (_torn)
        {
            stream.WriteByte((byte)'\n');
        }

        (_torn, _cutAt) = (false, null);
        return stream;
    }

    private void Close()
    {
        _stream?.Dispose();
        _stream = null;
    }
}
