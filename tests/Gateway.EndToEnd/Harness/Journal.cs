using System.Text;
using System.Text.Json;

namespace Gateway.EndToEnd.Harness;

/// <summary>The journal's file, read as somebody else would: eight digits of CRC-32, a space, one JSON object a line. Damaged lines are left out.</summary>
internal static class Journal
{
    private const int Prefix = 9;
    private const uint Polynomial = 0xEDB88320;

    public static IReadOnlyList<JournalEntry> Read(string path) =>
    [
        .. Lines(path).Where(IsSound).Select(line => JsonSerializer.Deserialize<JournalEntry>(line[Prefix..], JsonSerializerOptions.Web)!)
            .Where(entry => entry.Kind is not null),
    ];

    /// <summary>Its whole lines; the gateway may be writing meanwhile.</summary>
    public static IReadOnlyList<string> Lines(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = reader.ReadToEnd();
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static bool IsSound(string line) => line.Length > Prefix && line.StartsWith($"{Sum(line[Prefix..]):x8} ", StringComparison.Ordinal);

    private static uint Sum(string text)
    {
        var sum = ~0u;
        foreach (var one in Encoding.UTF8.GetBytes(text))
        {
            sum ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                sum = (sum & 1) == 0 ? sum >> 1 : (sum >> 1) ^ Polynomial;
            }
        }

        return ~sum;
    }
}

internal sealed record JournalEntry(
    long Seq, DateTimeOffset At, string? Kind, bool DryRun, string? Backend, long? Epoch, double? DetectionMs, double? FailoverMs, long? Requests, long? Failed, long? Rescued);
