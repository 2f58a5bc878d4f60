using System.Net.Sockets;
using Gateway.Benchmarks.Wire;

namespace Gateway.Benchmarks.Roles.Faulty;

/// <summary>One connection of a backend: one request after another, each answered as the mode of the moment says.</summary>
internal sealed class FaultyConnection(FaultyBackend backend, Socket socket)
{
    public const string IdParameter = "?id=";

    private static readonly TimeSpan Slowness = TimeSpan.FromSeconds(2);

    private readonly MessageReader _reader = new(socket);

    public async Task ServeAsync()
    {
        try
        {
            while (await _reader.ReadAsync(CancellationToken.None) is { Complete: true } request && await AnswerAsync(request))
            {
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client has gone, or a mode has reset the connection.
        }

        socket.Dispose();
    }

    /// <summary>Returns whether the connection lives on.</summary>
    private async Task<bool> AnswerAsync(Message request)
    {
        var target = request.Head.Split(' ', 3)[1];
        if (target.StartsWith("/health", StringComparison.Ordinal))
        {
            return await SendAsync(backend.Mode == FaultMode.Unavailable ? "503 Service Unavailable" : "200 OK", "ok"u8.ToArray());
        }

        var id = target[(target.IndexOf(IdParameter, StringComparison.Ordinal) + IdParameter.Length)..];
        if (request.Head.StartsWith("POST", StringComparison.Ordinal))
        {
            backend.Count(id);
        }

        return await AnswerAsync(Answers.Body(id, request.Body));
    }

    private async Task<bool> AnswerAsync(byte[] body)
    {
        switch (backend.Mode)
        {
            case FaultMode.Unavailable:
                return await SendAsync("503 Service Unavailable", body);
            case FaultMode.Error:
                return await SendAsync("500 Internal Server Error", body);
            case FaultMode.Forbidden:
                return await SendAsync("403 Forbidden", body);
            case FaultMode.Slow:
                await Task.Delay(Slowness);
                return await SendAsync("200 OK", body);
            case FaultMode.ResetRequests or FaultMode.ResetConnections:
                socket.Reset();
                return false;
            case FaultMode.HalfWay:
                await SendAsync(Answers.Message("200 OK", backend.Name, body).AsMemory()[..^(body.Length / 2)]);
                socket.Finish();
                return false;
            default:
                return await SendAsync("200 OK", body);
        }
    }

    private Task<bool> SendAsync(string status, byte[] body) => SendAsync(Answers.Message(status, backend.Name, body));

    private async Task<bool> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None)..];
        }

        return true;
    }
}
