using System.Net.Http;

namespace Gateway.Failover.Attempts.Resumption;

/// <summary>The request for the rest of an answer: the client's own again, without what would make another answer of it.</summary>
internal static class Continuation
{
    // RFC 9110, section 13.1: with the client's preconditions a backend could say 304 or 412, which is no rest of anything.
    private static readonly string[] Dropped =
        ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Range"];

    public static HttpRequestMessage Of(HttpRequestMessage original)
    {
        var request = new HttpRequestMessage(original.Method, original.RequestUri)
        {
            Version = original.Version,
            VersionPolicy = original.VersionPolicy,
        };
        foreach (var (name, values) in original.Headers.NonValidated)
        {
            if (Array.Exists(Dropped, dropped => dropped.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                continue;
            }

            foreach (var value in values)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        foreach (var option in original.Options)
        {
            ((IDictionary<string, object?>)request.Options)[option.Key] = option.Value;
        }

        return request;
    }
}
