namespace Gateway.Tests.Attempts.Resumption;

/// <summary>An answer's body that comes in pieces of any size, and ends well, breaks, or falls silent.</summary>
internal sealed class PieceStream(byte[] bytes, Exception? end = null, int piece = int.MaxValue) : OneWayStream
{
    private int _at;

    /// <summary>After the last byte nothing happens until the read is cancelled.</summary>
    public bool FallsSilent { get; init; }

    /// <summary>A cancelled read ends as if there were something to read, as .NET's does for an empty buffer.</summary>
    public bool SaysYesWhenCut { get; init; }

    public bool IsRead { get; private set; }

    public bool IsDisposed { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        IsRead = true;
        if (_at == bytes.Length && FallsSilent)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(
                SaysYesWhenCut ? ConfigureAwaitOptions.SuppressThrowing : ConfigureAwaitOptions.None);
            return 0;
        }

        if (_at == bytes.Length && end is not null)
        {
            throw end;
        }

        var count = Math.Min(Math.Min(buffer.Length, piece), bytes.Length - _at);
        bytes.AsMemory(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
