namespace Gateway.Failover.Attempts.Replay;

/// <summary>
/// One attempt's side of a <see cref="ReplayBody"/>: the stream into its backend, and the end of its copying as a task. The flags belong to the
/// body and are touched under its lock only.
/// </summary>
internal sealed class ReplayAttempt(ReplayBody body, Stream stream, CancellationToken caller) : TaskCompletionSource
{
    private readonly CancellationTokenSource _cancel = new();

    /// <summary>It has had all that was kept: what the client sends now goes straight to it.</summary>
    public bool Live { get; set; }

    /// <summary>Somebody is writing to its stream, and ends the attempt when done if it was called off meanwhile.</summary>
    public bool Writing { get; set; }

    /// <summary>Why it gets no more, if that was not its own stream's doing.</summary>
    public Exception? CalledOff { get; set; }

    public bool Over { get; set; }

    public CancellationTokenRegistration CallOffWhen(CancellationToken cancelled) =>
        cancelled.UnsafeRegister(static (state, _) => ((ReplayAttempt)state!).CallOff(), this);

    /// <summary>Cuts the write under way short, as far as the stream heeds it: HTTP/1.1's ends with its connection only.</summary>
    public void Cancel() => _cancel.Cancel();

    public CancellationTokenRegistration CancelWhen(CancellationToken cancelled) =>
        cancelled.UnsafeRegister(static (state, _) => ((ReplayAttempt)state!).Cancel(), this);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => stream.WriteAsync(bytes, _cancel.Token);

    public Task FlushAsync() => stream.FlushAsync(_cancel.Token);

    /// <summary>Ends well, on this very stack, because whoever copied the body has nothing left to do.</summary>
    public void Succeed() => TrySetResult();

    /// <summary>
    /// Ends badly, on another stack: what follows is most of the next attempt, and whoever copies the body must not wait for that.
    /// </summary>
    public void Fail(Exception error) =>
        ThreadPool.UnsafeQueueUserWorkItem(static end => end.Attempt.TrySetException(end.Error), (Attempt: this, Error: error), preferLocal: false);

    // A transport cancels the content when its request is cancelled, and HTTP/2 also when the backend wants no more of it, which is no cancellation.
    private void CallOff() => body.CallOff(this, caller.IsCancellationRequested
        ? new OperationCanceledException("The attempt was cancelled.", caller)
        : new IOException("The backend does not take the request body any more."));
}
