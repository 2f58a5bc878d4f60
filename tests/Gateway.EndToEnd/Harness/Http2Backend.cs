using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Gateway.EndToEnd.Harness;

/// <summary>
/// An HTTP/2 backend on bare sockets that answers nothing: it reads whole requests and ends each as it was told to (RFC 9113). It reads frames and
/// no header fields, so it knows how many requests it got, and not which.
/// </summary>
internal sealed class Http2Backend : IAsyncDisposable
{
    private const int PrefaceLength = 24;
    private const int FrameHead = 9;

    private readonly TcpListener _listener = new(IPAddress.Loopback, Ports.Take());
    private readonly ConcurrentDictionary<Socket, Task> _connections = new();
    private readonly Http2End _end;
    private readonly Task _loop;
    private int _requests;

    public Http2Backend(Http2End end)
    {
        _end = end;
        _listener.Start();
        Url = new Uri($"http://{_listener.LocalEndpoint}/");
        _loop = Task.Run(AcceptAsync);
    }

    public Uri Url { get; }

    /// <summary>How many requests it got whole.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        foreach (var socket in _connections.Keys)
        {
            socket.Dispose();
        }

        await _loop;
        await Task.WhenAll(_connections.Values);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync();
                _connections[socket] = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            await stream.ReadExactlyAsync(new byte[PrefaceLength]);
            await WriteAsync(stream, FrameType.Settings, flags: 0, number: 0);
            while (await AnswerAsync(stream, await ReadAsync(stream)))
            {
            }

            socket.Shutdown(SocketShutdown.Send);
            await stream.CopyToAsync(Stream.Null);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The gateway has hung up, or the test is over.
        }
    }

    /// <returns>Whether the connection goes on.</returns>
    private async Task<bool> AnswerAsync(NetworkStream stream, Frame frame)
    {
        const byte Acknowledged = 1, EndOfStream = 1;
        switch (frame.Type)
        {
            case FrameType.Settings when (frame.Flags & Acknowledged) == 0:
                await WriteAsync(stream, FrameType.Settings, Acknowledged, number: 0);
                return true;
            case FrameType.Ping when (frame.Flags & Acknowledged) == 0:
                await WriteAsync(stream, FrameType.Ping, Acknowledged, number: 0, frame.Payload);
                return true;
            case FrameType.Headers or FrameType.Body when (frame.Flags & EndOfStream) != 0:
                Interlocked.Increment(ref _requests);
                return await EndAsync(stream, frame.Number);
            default:
                return true;
        }
    }

    private async Task<bool> EndAsync(NetworkStream stream, int number)
    {
        const int NoError = 0, InternalError = 2, RefusedStream = 7;
        switch (_end)
        {
            case Http2End.RefusesTheStream:
                await WriteAsync(stream, FrameType.Reset, flags: 0, number, Number(RefusedStream));
                return true;
            case Http2End.ResetsTheStream:
                await WriteAsync(stream, FrameType.Reset, flags: 0, number, Number(InternalError));
                return true;
            case Http2End.GoesAwayBeforeIt:
                await WriteAsync(stream, FrameType.GoAway, flags: 0, number: 0, [.. Number(0), .. Number(NoError)]);
                return false;
            default:
                await WriteAsync(stream, FrameType.GoAway, flags: 0, number: 0, [.. Number(number), .. Number(NoError)]);
                return false;
        }
    }

    private static async Task<Frame> ReadAsync(NetworkStream stream)
    {
        var head = new byte[FrameHead];
        await stream.ReadExactlyAsync(head);
        var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
        await stream.ReadExactlyAsync(payload);
        return new Frame((FrameType)head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload);
    }

    private static async Task WriteAsync(NetworkStream stream, FrameType type, byte flags, int number, params byte[] payload) =>
        await stream.WriteAsync((byte[])[0, 0, (byte)payload.Length, (byte)type, flags, .. Number(number), .. payload]);

    private static byte[] Number(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    private sealed record Frame(FrameType Type, byte Flags, int Number, byte[] Payload);

    /// <summary>Those that are looked at or written; the others are read over.</summary>
    private enum FrameType : byte
    {
        Body = 0,
        Headers = 1,
        Reset = 3,
        Settings = 4,
        Ping = 6,
        GoAway = 7,
    }
}

/// <summary>How an HTTP/2 backend ends a request that it got whole.</summary>
public enum Http2End
{
    /// <summary>REFUSED_STREAM: it says that nothing was done.</summary>
    RefusesTheStream,

    /// <summary>GOAWAY with a last stream below this one: it says that nothing was done.</summary>
    GoesAwayBeforeIt,

    /// <summary>INTERNAL_ERROR: it may have been done.</summary>
    ResetsTheStream,

    /// <summary>GOAWAY that includes this stream, and then no answer: it may have been done.</summary>
    GoesAwayAfterIt,
}
