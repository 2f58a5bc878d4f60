namespace Gateway.Backends.Faults;

/// <summary>The ways in which a backend can be told to misbehave. Names are the words of <c>POST /fail?mode=</c>.</summary>
internal enum FaultMode
{
    /// <summary>It behaves.</summary>
    None,

    /// <summary>The process ends with exit code 1.</summary>
    Exit,

    /// <summary>Accepts and answers nothing, its health included.</summary>
    Hang,

    /// <summary>500 to everything under <c>/api</c>; its health stays fine.</summary>
    Error,

    /// <summary>Answers under <c>/api</c> take two seconds; its health is fast.</summary>
    Slow,

    /// <summary>Resets the connection of every request under <c>/api</c>.</summary>
    Reset,

    /// <summary>403 to everything under <c>/api</c>.</summary>
    Forbidden,

    /// <summary>Announces a full answer and breaks it off half-way.</summary>
    Truncate,

    /// <summary>Its health says 503 while <c>/api</c> works.</summary>
    Unhealthy,
}

/// <summary>The one fault of the moment. It ends by itself, so that no demonstration leaves a broken backend behind.</summary>
internal sealed class FaultState(TimeProvider time)
{
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private Fault? current;

    public FaultMode Mode => Current?.Mode ?? FaultMode.None;

    /// <summary>Cancelled as soon as the fault of this moment is over; never, where there is none.</summary>
    public CancellationToken Over => Current?.Over ?? CancellationToken.None;

    private Fault? Current => Volatile.Read(ref current) is { } fault && time.GetUtcNow().UtcDateTime < fault.Until ? fault : null;

    /// <summary>Replaces whatever fault there was; returns the time at which the new one ends.</summary>
    public DateTime Begin(FaultMode mode, TimeSpan lasting)
    {
        var fault = new Fault(mode, time.GetUtcNow().UtcDateTime + lasting, new CancellationTokenSource(lasting, time));
        Interlocked.Exchange(ref current, fault)?.End();
        return fault.Until;
    }

    public void End() => Interlocked.Exchange(ref current, null)?.End();

    /// <summary>Goes on at once, except in a hang: an open stream of a process that hangs is silent, too.</summary>
    public async Task WhileHangingAsync(CancellationToken cancellation)
    {
        while (Current is { Mode: FaultMode.Hang } hang)
        {
            await hang.Over.EndedAsync(cancellation);
        }
    }

    private sealed record Fault(FaultMode Mode, DateTime Until, CancellationTokenSource Ending)
    {
        public CancellationToken Over { get; } = Ending.Token;

        // Not disposed: requests that hang still listen, and the cancelled source holds no timer.
        public void End() => Ending.Cancel();
    }
}

internal static class Waiting
{
    /// <summary>Waits until <paramref name="over"/> is cancelled; throws when <paramref name="cancellation"/> is first.</summary>
    public static async Task EndedAsync(this CancellationToken over, CancellationToken cancellation)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = over.Register(ended.SetResult);
        await ended.Task.WaitAsync(cancellation);
    }
}
