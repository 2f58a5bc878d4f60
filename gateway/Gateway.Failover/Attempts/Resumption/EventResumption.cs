using System.Net;
using System.Net.Http;

namespace Gateway.Failover.Attempts.Resumption;

/// <summary>
/// When a stream of events may be reopened at another backend, which is what a browser would do by itself
/// (WHATWG HTML, section 9.2.3), except that the client keeps its connection.
/// </summary>
internal static class EventResumption
{
    /// <summary>The answer is a plain stream of events: no body to repeat, no length to keep to, nothing compressed to cut into.</summary>
    public static bool Applies(HttpRequestMessage request, HttpResponseMessage answer) =>
        request.Method == HttpMethod.Get && request.Content is null && IsEvents(answer) && !answer.Content.Headers.NonValidated.Contains("Content-Length");

    /// <summary>The request for what follows an event.</summary>
    public static HttpRequestMessage Continue(HttpRequestMessage original, string lastEventId)
    {
        var request = Continuation.Of(original);
        request.Headers.Remove("Last-Event-ID");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        return request;
    }

    public static bool Accepts(HttpResponseMessage answer) => IsEvents(answer);

    /// <summary>An id can be asked for. One that is no printable ASCII would have to be encoded, and not every backend would read it the same way.</summary>
    public static bool CanAskFor(string? lastEventId) =>
        !string.IsNullOrEmpty(lastEventId) && !lastEventId.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static bool IsEvents(HttpResponseMessage answer) =>
        answer.StatusCode == HttpStatusCode.OK
        && string.Equals(answer.Content.Headers.ContentType?.MediaType, "text/event-stream", StringComparison.OrdinalIgnoreCase)
        && !answer.Content.Headers.NonValidated.Contains("Content-Encoding");
}
