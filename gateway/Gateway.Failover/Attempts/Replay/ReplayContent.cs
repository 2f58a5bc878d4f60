using System.Net;
using System.Net.Http;

namespace Gateway.Failover.Attempts.Replay;

/// <summary>What one attempt sends: the fields that describe the body, unchanged, and all of the body from its beginning.</summary>
internal sealed class ReplayContent : HttpContent
{
    private readonly ReplayBody _body;

    public ReplayContent(ReplayBody body, HttpContent inner)
    {
        _body = body;
        foreach (var (name, values) in inner.Headers.NonValidated)
        {
            foreach (var value in values)
            {
                Headers.TryAddWithoutValidation(name, value);
            }
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        _body.SendAsync(stream, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        _body.SendAsync(stream, cancellationToken);

    // The length is the one that the client gave, among the fields; if it gave none, none is invented.
    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }
}
