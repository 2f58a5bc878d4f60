using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gateway.Failover.Engine;

/// <summary>
/// One line of the journal, or of a file like it: eight hexadecimal digits of CRC-32 over the rest, a space, one JSON object. The first line names the file.
/// A line that was torn by a crash fails its checksum and is passed over.
/// </summary>
internal static class JournalFormat
{
    private const int Prefix = 9;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    public static string NewId() => Guid.NewGuid().ToString("N")[..12];

    public static byte[] Header(string id) => Line(new HeaderLine(id, Version: 1));

    public static byte[] Line<TEntry>(TEntry entry)
        where TEntry : class => Seal(JsonSerializer.SerializeToUtf8Bytes(entry, Json));

    public static string? ReadHeader(ReadOnlySpan<byte> line) =>
        Body(line) is { Length: > 0 } body && TryParse<HeaderLine>(body, out var header) ? header!.Journal : null;

    public static TEntry? Read<TEntry>(ReadOnlySpan<byte> line)
        where TEntry : class =>
        Body(line) is { Length: > 0 } body && TryParse<TEntry>(body, out var entry) ? entry : null;

    /// <summary>A line with its checksum and its end.</summary>
    public static byte[] Seal(byte[] body) =>
        Encoding.ASCII.GetBytes($"{Crc32.HashToUInt32(body):x8} ").Concat(body).Append((byte)'\n').ToArray();

    /// <summary>What a line says, without its end; empty when its checksum is wrong.</summary>
    public static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> line)
    {
        if (line.Length <= Prefix || !uint.TryParse(line[..(Prefix - 1)], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sum))
        {
            return default;
        }

        var body = line[Prefix..];
        return Crc32.HashToUInt32(body) == sum ? body : default;
    }

    private static bool TryParse<T>(ReadOnlySpan<byte> body, out T? value)
    {
        try
        {
            value = JsonSerializer.Deserialize<T>(body, Json);
            return value is not null;
        }
        catch (JsonException)
        {
            value = default;
            return false;
        }
    }

    private sealed record HeaderLine(string Journal, int Version);
}
