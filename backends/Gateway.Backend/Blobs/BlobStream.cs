using System.Buffers.Binary;

namespace Gateway.Backends.Blobs;

/// <summary>Bytes that depend on nothing but their position, so that every backend serves the same ones, any range
/// can be made without the bytes before it, and none is ever stored. Each eight bytes are the SplitMix64 hash of
/// their index.</summary>
internal sealed class BlobStream(long size) : Stream
{
    private const int Word = sizeof(ulong);
    private long position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => size;

    public override long Position
    {
        get => position;
        set => position = value is >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Clamp(size - position, 0, buffer.Length);
        Fill(buffer[..count], position);
        position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<int>(cancellationToken)
            : ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => position + offset,
            _ => size + offset,
        };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>A piece of a word at either end, whole words between them.</summary>
    private static void Fill(Span<byte> target, long from)
    {
        var index = (ulong)(from / Word);
        Span<byte> word = stackalloc byte[Word];
        if (from % Word is > 0 and var skipped)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, Mix(index++));
            var head = word[(int)skipped..];
            head = head[..Math.Min(head.Length, target.Length)];
            head.CopyTo(target);
            target = target[head.Length..];
        }

        for (; target.Length >= Word; target = target[Word..])
        {
            BinaryPrimitives.WriteUInt64LittleEndian(target, Mix(index++));
        }

        BinaryPrimitives.WriteUInt64LittleEndian(word, Mix(index));
        word[..target.Length].CopyTo(target);
    }

    private static ulong Mix(ulong index)
    {
        var z = (index + 1) * 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
