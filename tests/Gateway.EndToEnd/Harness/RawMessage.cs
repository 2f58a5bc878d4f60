using System.Globalization;
using System.Text;

namespace Gateway.EndToEnd.Harness;

/// <summary>HTTP/1.1 as it lies on the wire, one byte a character; what requests and answers have in common.</summary>
internal static class RawMessage
{
    public const string EndOfHead = "\r\n\r\n";

    public static string? Header(string head, string name) => head.Split("\r\n").Skip(1)
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Select(line => line[(name.Length + 1)..].Trim()).FirstOrDefault();

    /// <summary>The content of a chunked body as far as it came, and whether it came to its end.</summary>
    public static (string Content, bool IsWhole) Decode(string chunked)
    {
        var content = new StringBuilder();
        for (var at = 0; ;)
        {
            var end = chunked.IndexOf("\r\n", at, StringComparison.Ordinal);
            if (end < 0 || !int.TryParse(chunked[at..end].Split(';')[0], NumberStyles.HexNumber, null, out var length))
            {
                return (content.ToString(), false);
            }

            at = end + 2;
            if (length == 0)
            {
                // Nothing follows but trailers, or nothing at all.
                return (content.ToString(), chunked.EndsWith(EndOfHead, StringComparison.Ordinal) || chunked[at..] == "\r\n");
            }

            content.Append(chunked, at, Math.Min(length, chunked.Length - at));
            at += length + 2;
            if (at > chunked.Length)
            {
                return (content.ToString(), false);
            }
        }
    }
}
