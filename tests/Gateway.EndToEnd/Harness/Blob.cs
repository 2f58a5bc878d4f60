using System.Globalization;

namespace Gateway.EndToEnd.Harness;

/// <summary>A large file that nobody stores: its bytes depend on nothing but their position. Ranges of it are answered as a careful server does.</summary>
internal sealed class Blob(int size)
{
    public const string Tag = "\"v1\"";

    // A prime, so that no power of two of a buffer's size falls on the same bytes twice.
    private const int Period = 1_000_003;
    private const int Piece = 64 * 1024;

    private static readonly byte[] Pattern = NewPattern();

    public int Size => size;

    /// <summary>Whether these are the bytes at that place.</summary>
    public static bool Matches(ReadOnlySpan<byte> bytes, long at)
    {
        while (bytes.Length > 0)
        {
            var wanted = Pattern.AsSpan((int)(at % Period));
            var count = Math.Min(bytes.Length, wanted.Length);
            if (!bytes[..count].SequenceEqual(wanted[..count]))
            {
                return false;
            }

            bytes = bytes[count..];
            at += count;
        }

        return true;
    }

    /// <summary>The first byte that a request asks for; 0 where it wants all.</summary>
    public static int From(RawRequest request) => request.Header("Range") is { } range
        ? int.Parse(range["bytes=".Length..].Split('-')[0], CultureInfo.InvariantCulture)
        : 0;

    /// <summary>What was asked for, from a careful server.</summary>
    public RawAnswer Answer(RawRequest request) => Answer(request, size, RawEnd.KeepOpen);

    /// <summary>The same, cut before a certain byte.</summary>
    /// <param name="fields">More header fields, each with its end of line.</param>
    public RawAnswer Answer(RawRequest request, int until, RawEnd then, string fields = $"ETag: {Tag}\r\n")
    {
        var from = From(request);
        var status = request.Header("Range") is null ? "200 Raw" : $"206 Raw\r\nContent-Range: bytes {from}-{size - 1}/{size}";
        return Answer($"HTTP/1.1 {status}\r\nContent-Type: application/octet-stream\r\n{fields}Content-Length: {size - from}\r\n\r\n", from, until, then);
    }

    /// <summary>A head of one's own, and the bytes between two places.</summary>
    public static RawAnswer Answer(string head, int from, int until, RawEnd then) => new(head, then) { More = stream => WriteAsync(stream, from, until) };

    public static async Task WriteAsync(Stream stream, int from, int until)
    {
        while (from < until)
        {
            var start = from % Period;
            var count = Math.Min(Math.Min(until - from, Piece), Period - start);
            await stream.WriteAsync(Pattern.AsMemory(start, count));
            from += count;
        }
    }

    private static byte[] NewPattern()
    {
        var bytes = new byte[Period];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
