namespace Gateway.Tests.Attempts.Replay;

/// <summary>What reaches one attempt's backend. It can break, or stop to take more until it is let go on.</summary>
internal sealed class BackendStream : Stream
{
    private readonly MemoryStream _seen = new();
    private TaskCompletionSource? _stuck;
    private volatile bool _waits;

    /// <summary>The stream breaks rather than take a byte more than these.</summary>
    public long BreaksAfter { get; init; } = long.MaxValue;

    /// <summary>A write that would go beyond these waits, until <see cref="GoOn"/> or its cancellation.</summary>
    public long WaitsAfter { get; init; } = long.MaxValue;

    /// <summary>A write that waits does not heed its cancellation.</summary>
    public bool IsDeaf { get; init; }

    /// <summary>Every write leaves its caller's thread.</summary>
    public bool IsSlow { get; init; }

    public bool Waits => _waits;

    public int Flushes { get; private set; }

    public byte[] Seen
    {
        get
        {
            lock (_seen)
            {
                return _seen.ToArray();
            }
        }
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void GoOn() => _stuck?.TrySetResult();

    public void BreakNow() => _stuck?.TrySetException(new IOException("The connection is gone."));

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (IsSlow)
        {
            await Task.Yield();
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (_seen.Length + buffer.Length > WaitsAfter)
        {
            _stuck ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits = true;
            await _stuck.Task.WaitAsync(IsDeaf ? CancellationToken.None : cancellationToken);
        }

        lock (_seen)
        {
            var fits = (int)Math.Min(buffer.Length, BreaksAfter - _seen.Length);
            _seen.Write(buffer.Span[..fits]);
            if (fits < buffer.Length)
            {
                throw new IOException("The connection is gone.");
            }
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        Flushes++;
        return BreaksAfter < 0 ? throw new IOException("The connection is gone.") : Task.CompletedTask;
    }

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
