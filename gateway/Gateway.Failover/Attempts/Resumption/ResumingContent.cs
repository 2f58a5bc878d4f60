using System.Net;
using System.Net.Http;

namespace Gateway.Failover.Attempts.Resumption;

/// <summary>An answer's content with all its fields, read through a stream that outlives the backend it came from. Owns both.</summary>
internal sealed class ResumingContent : HttpContent
{
    private readonly HttpContent _original;
    private readonly Stream _stream;

    public ResumingContent(HttpContent original, Stream stream)
    {
        (_original, _stream) = (original, stream);
        foreach (var (name, values) in original.Headers.NonValidated)
        {
            foreach (var value in values)
            {
                Headers.TryAddWithoutValidation(name, value);
            }
        }
    }

    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult(_stream);

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => _stream;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        _stream.CopyToAsync(stream, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stream.Dispose();
            _original.Dispose();
        }

        base.Dispose(disposing);
    }
}
