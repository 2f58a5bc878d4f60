using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Benchmarks.Wire;

/// <summary>
/// Reads HTTP/1.1 messages from a socket, one after another, as far as the benchmark needs it: keep-alive and <c>Content-Length</c>. By hand, because
/// .NET's client resends by itself what it should count as lost, and its server starts too slowly to be restarted every second.
/// </summary>
internal sealed class MessageReader(Socket socket)
{
    private static readonly byte[] End = "\r\n\r\n"u8.ToArray();

    private byte[] _buffer = new byte[4096];
    private int _filled;

    /// <summary>The next message; null when the connection ended before its head was there.</summary>
    public async ValueTask<Message?> ReadAsync(CancellationToken token)
    {
        int end;
        while ((end = _buffer.AsSpan(0, _filled).IndexOf(End)) < 0)
        {
            if (!await FillAsync(token))
            {
                return null;
            }
        }

        var bare = new Message(Encoding.Latin1.GetString(_buffer, 0, end + 2), [], Complete: false);
        var start = end + End.Length;
        var said = bare.Header("Content-Length");
        if (said is null)
        {
            _filled = 0;
            return bare with { Complete = bare.Header("Transfer-Encoding") is null && bare.Status == 0 };
        }

        return await ReadBodyAsync(bare, start, int.Parse(said, CultureInfo.InvariantCulture), token);
    }

    private async ValueTask<Message> ReadBodyAsync(Message bare, int start, int length, CancellationToken token)
    {
        while (_filled - start < length)
        {
            if (!await FillAsync(token))
            {
                return bare with { Body = _buffer[start.._filled] };
            }
        }

        var body = _buffer[start..(start + length)];
        var rest = _filled - start - length;
        _buffer.AsSpan(start + length, rest).CopyTo(_buffer);
        _filled = rest;
        return bare with { Body = body, Complete = true };
    }

    private async ValueTask<bool> FillAsync(CancellationToken token)
    {
        if (_filled == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = await socket.ReceiveAsync(_buffer.AsMemory(_filled), SocketFlags.None, token);
        _filled += read;
        return read > 0;
    }
}
