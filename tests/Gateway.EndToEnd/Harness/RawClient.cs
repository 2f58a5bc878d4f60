using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.EndToEnd.Harness;

/// <summary>
/// A client on bare sockets, for requests that <see cref="HttpClient"/> would improve on (it never sends a POST without a length), and for answers
/// whose end matters: it tells a FIN from a reset.
/// </summary>
internal static class RawClient
{
    public static async Task<Socket> ConnectAsync(GatewayProcess gateway)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, gateway.Url.Port);
        return socket;
    }

    /// <summary>Sends a request and reads until the gateway hangs up. Without a body there is no length either.</summary>
    public static async Task<RawReply> SendAsync(
        GatewayProcess gateway, string method, string path, string id, string? body = null, params string[] fields)
    {
        using var socket = await ConnectAsync(gateway);
        var more = string.Concat(fields.Select(field => field + "\r\n")) + (body is null ? string.Empty : $"Content-Length: {body.Length}\r\n");
        var text = $"{method} {path} HTTP/1.1\r\nHost: gateway\r\nX-Request-Id: {id}\r\nConnection: close\r\n{more}\r\n{body}";
        await socket.SendAsync(Encoding.Latin1.GetBytes(text));
        return await ReadAsync(socket, method);
    }

    /// <summary>Reads until the gateway hangs up.</summary>
    public static async Task<RawReply> ReadAsync(Socket socket, string method)
    {
        var (text, buffer) = (new StringBuilder(), new byte[64 * 1024]);
        using var deadline = new CancellationTokenSource(Eventually.Soon);
        try
        {
            while (await socket.ReceiveAsync(buffer, deadline.Token) is > 0 and var read)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }

            return new RawReply(text.ToString(), WasReset: false, method == "HEAD");
        }
        catch (SocketException)
        {
            return new RawReply(text.ToString(), WasReset: true, method == "HEAD");
        }
    }
}

/// <summary>What came back, to the last byte.</summary>
/// <param name="WasReset">The connection ended with a reset and not with a FIN.</param>
internal sealed record RawReply(string Text, bool WasReset, bool IsToHead)
{
    public int Status => int.Parse(Text.Split(' ').ElementAtOrDefault(1) ?? "0");

    /// <summary>The content as far as it came.</summary>
    public string Content => IsChunked ? RawMessage.Decode(Body).Content : Body;

    /// <summary>Whether a client may take this for all that there is. What has neither a length nor chunks ends with a FIN.</summary>
    public bool IsWhole => (Text.Contains(RawMessage.EndOfHead, StringComparison.Ordinal), Header("Content-Length")) switch
    {
        (false, _) => false,
        _ when IsToHead => true,
        (_, { } length) => Body.Length == long.Parse(length),
        _ => IsChunked ? RawMessage.Decode(Body).IsWhole : !WasReset,
    };

    private string Body => Text.IndexOf(RawMessage.EndOfHead, StringComparison.Ordinal) is >= 0 and var end ? Text[(end + 4)..] : string.Empty;

    private bool IsChunked => Header("Transfer-Encoding") is not null;

    public string? Header(string name) => RawMessage.Header(Text.Split(RawMessage.EndOfHead)[0], name);
}
