namespace Gateway.Backends.Faults;

/// <summary>An answer was broken off on purpose. It leaves the pipeline, so that the server closes the connection
/// without ending the message: neither the announced length nor the last chunk ever comes.</summary>
internal sealed class BrokenOffException() : IOException("This backend was told to break off every answer half-way.");

/// <summary>Lets the first half of the announced length through, or the first write where none was announced.</summary>
internal sealed class BrokenOffBody(HttpResponse response, Stream inner) : Stream
{
    private long written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var allowed = (response.ContentLength / 2 ?? buffer.Length) - written;
        var isLast = response.ContentLength is null || buffer.Length >= allowed;
        var part = isLast ? buffer[..(int)allowed] : buffer;
        await inner.WriteAsync(part, cancellationToken);
        written += part.Length;
        if (isLast)
        {
            await inner.FlushAsync(cancellationToken);
            throw new BrokenOffException();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
