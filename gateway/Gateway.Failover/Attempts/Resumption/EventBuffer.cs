using System.Buffers;
using System.Text;

namespace Gateway.Failover.Attempts.Resumption;

/// <summary>
/// The bytes of an event stream between the backend and the client, split into whole events, which may be taken, and the beginning of the next. Lines and
/// fields are read as WHATWG HTML, section 9.2.6 says: a line ends with CR, LF or CRLF, an empty one ends an event, a byte order
/// mark may come first.
/// </summary>
/// <remarks>
/// An event that ends with CR is whole at once. The LF that may follow belongs to it and is not waited for, as it may be long in coming.
/// </remarks>
internal sealed class EventBuffer : IDisposable
{
    private const int Smallest = 4_096;

    private readonly int _most;
    private byte[] _bytes = [];

    // Taken until here, whole until here, received until here.
    private int _taken;
    private int _whole;
    private int _end;

    // Where the line begins that is being looked at, and how far it was looked at.
    private int _line;
    private int _seen;
    private bool _afterCr;
    private bool _isFirstLine = true;
    private bool _isContinued;
    private string? _idOfEvent;

    /// <param name="most">The longest event that is waited for.</param>
    public EventBuffer(int most) => _most = most;

    /// <summary>The id that the client has, null before there is one: the last of a whole event.</summary>
    public string? LastId { get; private set; }

    /// <summary>How many events, or blocks of comments, were whole.</summary>
    public long Events { get; private set; }

    public bool HasWhole => _taken < _whole;

    /// <summary>Room for more bytes; empty if the event is too long.</summary>
    public Memory<byte> Room()
    {
        if (_end == _bytes.Length && _end < _most)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Smallest, _end * 2));
            _bytes.AsSpan(0, _end).CopyTo(larger);
            GiveBack();
            _bytes = larger;
        }

        return _bytes.AsMemory(_end, Math.Max(0, Math.Min(_bytes.Length, _most) - _end));
    }

    /// <summary>So many bytes were put into the room.</summary>
    public void Received(int count)
    {
        _end += count;
        while (_seen < _end)
        {
            if (_afterCr && _bytes[_seen] == '\n')
            {
                // Only the other half of a line's end.
                _whole += _whole == _line ? 1 : 0;
                _line = ++_seen;
                _afterCr = false;
                continue;
            }

            var length = _bytes.AsSpan(_seen, _end - _seen).IndexOfAny((byte)'\r', (byte)'\n');
            if (length < 0)
            {
                _afterCr = false;
                _seen = _end;
                return;
            }

            EndLine(_seen + length);
        }
    }

    /// <summary>Moves whole events to the reader.</summary>
    public int Take(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _whole - _taken);
        _bytes.AsSpan(_taken, count).CopyTo(buffer);
        _taken += count;
        if (_taken == _whole)
        {
            Compact();
        }

        return count;
    }

    /// <summary>Nothing more comes to complete it, or it is too long to wait for: all that there is may be taken.</summary>
    public void Flush()
    {
        _seen -= PassMark(_end);
        _whole = _end;
    }

    /// <summary>The stream broke. The beginning of an event is forgotten, and what comes is another stream.</summary>
    public void Restart()
    {
        _end = _whole;
        (_line, _seen, _afterCr, _isFirstLine, _isContinued, _idOfEvent) = (_end, _end, false, true, true, LastId);
    }

    public void Dispose()
    {
        GiveBack();
        (_bytes, _taken, _whole, _end, _line, _seen) = ([], 0, 0, 0, 0, 0);
    }

    private void EndLine(int at)
    {
        at -= PassMark(at);
        var line = _bytes.AsSpan(_line..at);
        _afterCr = _bytes[at] == '\r';
        if (line.IsEmpty)
        {
            (_whole, LastId) = (at + 1, _idOfEvent);
            Events++;
        }
        else if (Id(line) is { } id)
        {
            _idOfEvent = id;
        }

        _line = _seen = at + 1;
    }

    // At the very beginning the mark is the client's too. In the middle of what it sees, it would be a part of a field's name.
    private int PassMark(int at)
    {
        var length = Encoding.UTF8.Preamble.Length;
        var isMarked = _isFirstLine && _bytes.AsSpan(_line..at).StartsWith(Encoding.UTF8.Preamble);
        _isFirstLine = false;
        if (!isMarked)
        {
            return 0;
        }

        if (!_isContinued)
        {
            _line += length;
            return 0;
        }

        _bytes.AsSpan((_line + length).._end).CopyTo(_bytes.AsSpan(_line));
        _end -= length;
        return length;
    }

    private static string? Id(ReadOnlySpan<byte> line)
    {
        if (line.SequenceEqual("id"u8))
        {
            return "";
        }

        if (!line.StartsWith("id:"u8) || line.Contains((byte)0))
        {
            return null;
        }

        var value = line["id:".Length..];
        return Encoding.UTF8.GetString(value.StartsWith(" "u8) ? value[1..] : value);
    }

    // A connection may be silent for hours: with nothing left it keeps no memory.
    private void Compact()
    {
        if (_taken == _end)
        {
            GiveBack();
            _bytes = [];
        }
        else
        {
            _bytes.AsSpan(_taken.._end).CopyTo(_bytes);
        }

        (_end, _line, _seen) = (_end - _taken, _line - _taken, _seen - _taken);
        (_taken, _whole) = (0, 0);
    }

    private void GiveBack()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
    }
}
