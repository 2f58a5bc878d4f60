using System.Globalization;

namespace Gateway.Backends.Streams;

/// <summary>One reader's stream: the events 1 to <see cref="Last"/>, of which it has had those up to
/// <see cref="Seen"/>. The bound is an id and not a number of events, so that a stream which is continued elsewhere
/// ends where it would have.</summary>
internal sealed record StreamRequest(TimeSpan Interval, long Seen, long Last)
{
    public const long MostEvents = 1_000_000;
    private const long DefaultEvents = 3_600;
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMinutes(1);

    public static bool TryRead(HttpRequest request, out StreamRequest stream, out string refusal)
    {
        stream = new StreamRequest(DefaultInterval, SeenBy(request), DefaultEvents);
        refusal = "";
        if (request.Query["interval"].ToString() is { Length: > 0 } interval)
        {
            if (!Duration.TryParse(interval, out var parsed) || parsed < ShortestInterval || parsed > LongestInterval)
            {
                refusal = $"The interval '{interval}' is not a duration from 1ms to 1m, such as 500ms, 10s or 1m.";
                return false;
            }

            stream = stream with { Interval = parsed };
        }

        if (request.Query["count"].ToString() is { Length: > 0 } count)
        {
            if (!long.TryParse(count, NumberStyles.None, null, out var parsed) || parsed is < 1 or > MostEvents)
            {
                refusal = $"The count '{count}' is not a whole number from 1 to {MostEvents}.";
                return false;
            }

            stream = stream with { Last = parsed };
        }

        return true;
    }

    /// <summary>An id that this service never gave says nothing, so the stream starts at its beginning.</summary>
    private static long SeenBy(HttpRequest request) =>
        long.TryParse(request.Headers["Last-Event-ID"], NumberStyles.None, null, out var seen) ? seen : 0;
}
