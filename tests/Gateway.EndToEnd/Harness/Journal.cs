using System.Text;
using System.Text.Json;

namespace Gateway.EndToEnd.Harness;

/// <summary>The journal's file, read as somebody with <c>jq</c> would: eight digits of checksum, a space, one JSON object a line.</summary>
internal static class Journal
{
    private const int Prefix = 9;

    public static IReadOnlyList<JournalEntry> Read(string path) =>
        [.. Lines(path).Select(line => JsonSerializer.Deserialize<JournalEntry>(line[Prefix..], JsonSerializerOptions.Web)!).Where(entry => entry.Kind is not null)];

    /// <summary>Its whole lines; the gateway may be writing meanwhile.</summary>
    public static IReadOnlyList<string> Lines(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = reader.ReadToEnd();
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}

internal sealed record JournalEntry(
    long Seq, DateTimeOffset At, string? Kind, string? Backend, long? Epoch, double? DetectionMs, double? FailoverMs, long? Requests, long? Failed, long? Rescued);
