namespace Gateway.Failover.Attempts.Replay;

/// <summary>The pump's half: YARP's copy loop, and what its sink does.</summary>
internal sealed partial class ReplayBody
{
    private async Task PumpAsync()
    {
        Exception? error = null;
        try
        {
            await _inner.CopyToAsync(new ReplaySink(this), context: null, _end.Token);
        }
        catch (Exception e)
        {
            // Whatever ends the client's body ends the attempt that sends it, and is told there.
            error = e;
        }

        ReplayAttempt? attempt = null;
        lock (_gate)
        {
            _over = true;
            ClientFailed = _error is null && error is not (null or OperationCanceledException);
            error = _error ??= error;
            if (error is not null)
            {
                Drop();
            }

            if (_attempt is { Live: true })
            {
                attempt = _attempt;
                Leave(attempt);
            }
        }

        if (error is not null)
        {
            attempt?.Fail(error);
        }
        else
        {
            attempt?.Succeed();
        }
    }

    /// <summary>The client sent more.</summary>
    public async ValueTask TakeAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        var attempt = Enter(bytes.Span);
        while (attempt is null)
        {
            await ParkAsync(cancel);
            attempt = Enter(bytes.Span);
        }

        Exception? error = null;
        try
        {
            var write = attempt.WriteAsync(bytes);
            if (write.IsCompleted)
            {
                write.GetAwaiter().GetResult();
            }
            else
            {
                using var link = attempt.CancelWhen(cancel);
                await write;
            }
        }
        catch (Exception e)
        {
            // Whatever a transport's stream throws ends the attempt, which tells who sent it.
            error = e;
        }

        Exit(attempt, error, cancel);
    }

    /// <summary>YARP wants the backend to see what there is: the request's head at first, a gRPC message later. Whoever catches up does so by itself.</summary>
    public async Task PushAsync(CancellationToken cancel)
    {
        ReplayAttempt? attempt;
        lock (_gate)
        {
            attempt = _attempt is { Live: true } ? _attempt : null;
            if (attempt is null)
            {
                return;
            }

            attempt.Writing = true;
        }

        Exception? error = null;
        try
        {
            using var link = attempt.CancelWhen(cancel);
            await attempt.FlushAsync();
        }
        catch (Exception e)
        {
            // As above: whatever it is, it is the attempt's end.
            error = e;
        }

        Exit(attempt, error, cancel);
    }

    /// <returns>The attempt to send to; null if there is none yet, and then nothing was kept.</returns>
    private ReplayAttempt? Enter(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_error is not null)
            {
                throw new IOException("No attempt takes the request body any more.", _error);
            }

            if (_attempt is not { Live: true })
            {
                return null;
            }

            if (_copy is not null && !_copy.TryAppend(bytes))
            {
                _all.CountOverflow();
                Drop();
            }

            _attempt.Writing = true;
            return _attempt;
        }
    }

    /// <summary>
    /// The bytes are out, or the attempt is over. In that case they are safe if they are kept, or if a later attempt has taken its place, which
    /// began with the copy; else YARP has to know.
    /// </summary>
    private void Exit(ReplayAttempt attempt, Exception? error, CancellationToken cancel)
    {
        bool isLost;
        lock (_gate)
        {
            attempt.Writing = false;
            error = Cause(attempt, error);
            if (error is null)
            {
                return;
            }

            isLost = (Leave(attempt) && _copy is null) || cancel.IsCancellationRequested;
            if (isLost)
            {
                _error ??= error;
                Drop();
            }
        }

        attempt.Fail(error);
        if (isLost)
        {
            throw new IOException("The backend does not take the request body any more.", error);
        }
    }

    private async Task ParkAsync(CancellationToken cancel)
    {
        Task live;
        lock (_gate)
        {
            if (_error is not null || _attempt is { Live: true })
            {
                return;
            }

            _parked ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            live = _parked.Task;
        }

        try
        {
            await live.WaitAsync(cancel);
        }
        catch (OperationCanceledException e)
        {
            lock (_gate)
            {
                // These bytes are not kept, and no attempt may pass for whole without them.
                _error ??= e;
                Drop();
            }

            throw;
        }
    }

    /// <summary>Nobody takes the body any more: who waits for an attempt is woken up, who reads the client is cut short.</summary>
    private void EndPump()
    {
        TaskCompletionSource? parked;
        lock (_gate)
        {
            if (!_started || _over)
            {
                return;
            }

            _error ??= new OperationCanceledException("No further attempt follows.");
            (parked, _parked) = (_parked, null);
        }

        parked?.TrySetResult();
        _end.Cancel();
    }
}
