using System.Net;
using System.Net.Http;

namespace Gateway.Failover.Attempts.Replay;

/// <summary>What one attempt sends: the fields that describe the body, unchanged, and all of the body from its beginning.</summary>
internal sealed class ReplayContent : HttpContent
{
    private readonly ReplayBody _body;
    private readonly CancellationToken _attempt;

    public ReplayContent(ReplayBody body, HttpContent inner, CancellationToken attempt)
    {
        (_body, _attempt) = (body, attempt);
        foreach (var (name, values) in inner.Headers.NonValidated)
        {
            foreach (var value in values)
            {
                Headers.TryAddWithoutValidation(name, value);
            }
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        _body.SendAsync(stream, _attempt, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        _body.SendAsync(stream, _attempt, cancellationToken);

    // The length is the one that the client gave, among the fields; if it gave none, none is invented.
    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }
}
