using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.EndToEnd.Harness;

/// <summary>A client on bare sockets, for requests that <see cref="HttpClient"/> would improve on: it never sends a POST without a length.</summary>
internal static class RawClient
{
    public static async Task<Socket> ConnectAsync(GatewayProcess gateway)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, gateway.Url.Port);
        return socket;
    }

    /// <summary>Sends a request that has neither a body nor a length, and reads until the gateway hangs up.</summary>
    public static async Task<RawReply> SendAsync(GatewayProcess gateway, string method, string path, string id)
    {
        using var socket = await ConnectAsync(gateway);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: gateway\r\nX-Request-Id: {id}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return new RawReply(await reader.ReadToEndAsync());
    }
}

/// <summary>What came back, to the last byte.</summary>
internal sealed record RawReply(string Text)
{
    public int Status => int.Parse(Text.Split(' ')[1]);

    public string? Header(string name) => RawRequest.Header(Text.Split("\r\n\r\n")[0], name);
}
