using System.Text;

namespace Gateway.Benchmarks.Roles.Faulty;

/// <summary>What the backends answer, and what a client therefore has to get, byte by byte.</summary>
internal static class Answers
{
    /// <summary>Names the backend that answered.</summary>
    public const string ServedBy = "X-Served-By";

    private static readonly string Filling = new('x', 1000);

    /// <summary>Of a request's id and of its body, so that an answer to somebody else, or to half a body, is seen.</summary>
    public static byte[] Body(string id, ReadOnlySpan<byte> posted) => [.. Encoding.ASCII.GetBytes($"answer to {id}\n{Filling}\n"), .. posted];

    public static byte[] Message(string status, string backend, byte[] body) =>
    [
        .. Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\n"),
        .. Encoding.ASCII.GetBytes($"{ServedBy}: {backend}\r\n\r\n"),
        .. body,
    ];
}
