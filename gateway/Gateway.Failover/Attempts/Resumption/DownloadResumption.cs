using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;

namespace Gateway.Failover.Attempts.Resumption;

/// <summary>
/// What is known of a download that may be continued at another backend: which version of which length it is. Only the very same bytes will
/// do, and only a strong entity tag promises that (RFC 9110, sections 8.8.1 and 13.1.5).
/// </summary>
internal sealed class DownloadResumption
{
    private readonly string _etag;
    private readonly string? _encoding;
    private readonly string? _type;

    private DownloadResumption(string etag, HttpContentHeaders content) =>
        (_etag, Total, _encoding, _type) = (etag, content.ContentLength!.Value, Value(content, "Content-Encoding"), Value(content, "Content-Type"));

    /// <summary>How long the download is.</summary>
    public long Total { get; }

    /// <returns>Null if this answer cannot be continued.</returns>
    /// <remarks>
    /// A client that asked for a range is served a part already and can go on by itself. A cookie, or an answer that varies with what no field says,
    /// was made for this one occasion. Trailers say something of a whole that a continuation is not.
    /// </remarks>
    public static DownloadResumption? Of(HttpRequestMessage request, HttpResponseMessage answer)
    {
        var isPlain = request.Method == HttpMethod.Get && request.Content is null && !request.Headers.NonValidated.Contains("Range")
            && answer.StatusCode == HttpStatusCode.OK
            && answer.Content.Headers.ContentLength is > 0
            && !answer.Headers.NonValidated.Contains("Set-Cookie")
            && !answer.Headers.NonValidated.Contains("Trailer")
            && !VariesWithAnything(answer);
        return isPlain && StrongTag(answer) is { } etag ? new DownloadResumption(etag, answer.Content.Headers) : null;
    }

    /// <summary>The request for everything from a position on (RFC 9110, section 14.2), if it is still the same version (section 13.1.5).</summary>
    public HttpRequestMessage Continue(HttpRequestMessage original, long position)
    {
        var request = Continuation.Of(original);
        request.Headers.TryAddWithoutValidation("Range", string.Create(CultureInfo.InvariantCulture, $"bytes={position}-"));
        request.Headers.TryAddWithoutValidation("If-Range", _etag);
        return request;
    }

    /// <summary>Whether this is exactly the missing rest of exactly this version (RFC 9110, section 15.3.7).</summary>
    public bool Accepts(HttpResponseMessage answer, long position)
    {
        var content = answer.Content.Headers;
        var range = string.Create(CultureInfo.InvariantCulture, $"bytes {position}-{Total - 1}/{Total}");
        return answer.StatusCode == HttpStatusCode.PartialContent
            && StrongTag(answer) == _etag
            && string.Equals(Value(content, "Content-Range"), range, StringComparison.OrdinalIgnoreCase)
            && Value(content, "Content-Encoding") == _encoding
            && Value(content, "Content-Type") == _type
            && (!content.NonValidated.Contains("Content-Length") || content.ContentLength == Total - position);
    }

    // Exactly one, and nothing that .NET would not send as one.
    private static string? StrongTag(HttpResponseMessage answer) =>
        Value(answer.Headers, "ETag") is ['"', .. var opaque, '"'] tag && !opaque.Contains('"') && answer.Headers.ETag is not null ? tag : null;

    private static bool VariesWithAnything(HttpResponseMessage answer) =>
        answer.Headers.NonValidated.TryGetValues("Vary", out var vary) && vary.ToString().Split(',', StringSplitOptions.TrimEntries).Contains("*");

    // A field that comes twice is compared as a whole.
    private static string? Value(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}
