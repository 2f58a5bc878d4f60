using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.EndToEnd.Harness;

/// <summary>
/// A backend on bare sockets: it reads whole requests, notes each one, and then does what HTTP servers only do by accident. Its health is always
/// fine, and probes are not noted. It lies where it lets a request be as large as memory allows.
/// </summary>
internal sealed class RawBackend : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<RawRequest, RawAnswer> _answer;
    private readonly bool _atHead;
    private readonly ConcurrentQueue<RawRequest> _requests = new();
    private readonly ConcurrentDictionary<Socket, Task> _connections = new();
    private readonly Task _loop;
    private int _accepted;
    private int _closed;

    /// <param name="answer">What is done with a request once it was read whole.</param>
    /// <param name="atHead">Answers as soon as it has the head, whatever of the body is still under way.</param>
    public RawBackend(Func<RawRequest, RawAnswer> answer, bool atHead = false)
    {
        (_answer, _atHead) = (answer, atHead);
        _listener = new TcpListener(IPAddress.Loopback, Ports.Take());
        _listener.Start();
        Url = new Uri($"http://{_listener.LocalEndpoint}/");
        _loop = Task.Run(AcceptAsync);
    }

    public Uri Url { get; }

    /// <summary>Every request that has reached it, probes left out.</summary>
    public IReadOnlyCollection<RawRequest> Requests => _requests;

    /// <summary>How many connections it has closed politely. On loopback the other side's kernel knows of each by then.</summary>
    public int Closed => Volatile.Read(ref _closed);

    /// <summary>How often it got a request of this id.</summary>
    public int Executions(string id) => _requests.Count(request => request.Id == id);

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
                _connections[socket] = ServeAsync(socket, Interlocked.Increment(ref _accepted));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket, int connection)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            for (var number = 1; await ReadAsync(stream, _atHead) is { } text; number++)
            {
                var request = new RawRequest(connection, number, text.Head, text.Body);
                var isProbe = request.Path == "/health";
                if (!isProbe)
                {
                    _requests.Enqueue(request);
                }

                if (!await AnswerAsync(socket, stream, isProbe ? RawAnswer.Ok : _answer(request)))
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The gateway has hung up, or the test is over.
        }
    }

    /// <returns>Whether the connection goes on.</returns>
    private async Task<bool> AnswerAsync(Socket socket, NetworkStream stream, RawAnswer answer)
    {
        if (answer.Text.Length > 0)
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(answer.Text));
        }

        if (answer.More is { } more)
        {
            await more(stream);
        }

        switch (answer.Then)
        {
            case RawEnd.Fin:
                // The socket lives until the other side has hung up too: closed at once, it would answer whatever still comes with a reset.
                socket.Shutdown(SocketShutdown.Send);
                Interlocked.Increment(ref _closed);
                await stream.CopyToAsync(Stream.Null);
                return false;
            case RawEnd.Reset:
                // Here, and not with the stream, which would send a FIN before it.
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
                socket.Dispose();
                return false;
            default:
                return true;
        }
    }

    private static async Task<(string Head, string Body)?> ReadAsync(NetworkStream stream, bool atHead)
    {
        string? head = null;
        var (text, buffer) = (new StringBuilder(), new byte[64 * 1024]);
        while (true)
        {
            head ??= TakeHead(text);
            if (head is not null && (atHead || IsWhole(head, text)))
            {
                return (head, text.ToString());
            }

            var read = await stream.ReadAsync(buffer);
            if (read == 0)
            {
                return null;
            }

            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
    }

    private static string? TakeHead(StringBuilder text)
    {
        var end = text.ToString().IndexOf(RawMessage.EndOfHead, StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var head = text.ToString(0, end);
        text.Remove(0, end + 4);
        return head;
    }

    private static bool IsWhole(string head, StringBuilder body) => RawMessage.Header(head, "Transfer-Encoding") is not null
        ? body.Length >= 5 && body.ToString(body.Length - 5, 5) == "0\r\n\r\n"
        : body.Length >= int.Parse(RawMessage.Header(head, "Content-Length") ?? "0");
}

/// <summary>A request as it came over the wire.</summary>
/// <param name="Connection">Counts the connections.</param>
/// <param name="Number">Counts the requests on one connection; above 1 the gateway has reused it.</param>
internal sealed record RawRequest(int Connection, int Number, string Head, string Body)
{
    public string Method => Head.Split(' ')[0];

    public string Path => Head.Split(' ')[1];

    public string? Id => Header("X-Request-Id");

    /// <summary>The body without its chunks.</summary>
    public string Content => Header("Transfer-Encoding") is null ? Body : RawMessage.Decode(Body).Content;

    public string? Header(string name) => RawMessage.Header(Head, name);
}
