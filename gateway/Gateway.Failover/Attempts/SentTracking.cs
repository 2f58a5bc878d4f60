using System.Net;
using System.Net.Http;

namespace Gateway.Failover.Attempts;

/// <summary>
/// Content that notes when it was first asked for: from then on the request was possibly sent, and what must not be done twice is not tried again.
/// </summary>
/// <remarks>
/// <see cref="SocketsHttpHandler"/> by itself sends a request <em>without</em> content again when the backend closes the connection before
/// answering, a POST as readily as a GET, up to three times more. A request with content, be it empty, it does not. So every
/// request that is not safe is given one of these.
/// </remarks>
internal sealed class SentTracking : HttpContent
{
    private readonly HttpContent? _inner;
    private readonly CancellationToken _cancelled;
    private int _started;

    /// <param name="inner">What YARP would send: a body, or only the fields that belong to one, or nothing.</param>
    /// <param name="isEmpty">There is no body. Without its length of 0 .NET would send it in chunks.</param>
    /// <param name="cancelled">The request's. An attempt's own token is somebody else's once the answer began, and the body may take longer.</param>
    public SentTracking(HttpContent? inner, bool isEmpty, CancellationToken cancelled)
    {
        (_inner, IsEmpty, _cancelled) = (inner, isEmpty, cancelled);
        if (inner is null)
        {
            return;
        }

        foreach (var (name, values) in inner.Headers.NonValidated)
        {
            foreach (var value in values)
            {
                Headers.TryAddWithoutValidation(name, value);
            }
        }
    }

    public bool IsEmpty { get; }

    /// <summary>The request, or a part of it, may have reached the backend.</summary>
    public bool PossiblySent => Volatile.Read(ref _started) == 1;

    /// <summary>Another attempt follows, to which what was asked for before means nothing. Only nothing can be sent twice.</summary>
    public void Forget()
    {
        if (IsEmpty)
        {
            Volatile.Write(ref _started, 0);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _started, 1);
        return IsEmpty || _inner is null ? Task.CompletedTask : _inner.CopyToAsync(stream, context, _cancelled);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return IsEmpty;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner?.Dispose();
        }

        base.Dispose(disposing);
    }
}
