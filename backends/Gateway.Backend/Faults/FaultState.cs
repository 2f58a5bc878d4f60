namespace Gateway.Backends.Faults;

/// <summary>The ways in which a backend can be told to misbehave. Names are the words of <c>POST
/// /fail?mode=</c>.</summary>
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

    /// <summary>Works, and says with its health that it wants no new requests.</summary>
    Drain,
}

/// <summary>One misbehaviour with its end.</summary>
/// <param name="Over">Cancelled as soon as it is over: by time, by recovery or by another fault in its place.</param>
internal sealed record Fault(FaultMode Mode, CancellationToken Over)
{
    public static readonly Fault None = new(FaultMode.None, CancellationToken.None);
}

/// <summary>The one fault of the moment. It ends by itself, so that no demonstration leaves a broken backend
/// behind.</summary>
internal sealed class FaultState(TimeProvider time)
{
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private Running? running;

    public Fault Current => Volatile.Read(ref running) is { Fault.Over.IsCancellationRequested: false } now
        ? now.Fault
        : Fault.None;

    /// <summary>Replaces whatever fault there was; returns the time at which the new one ends.</summary>
    public DateTime Begin(FaultMode mode, TimeSpan lasting)
    {
        var ending = new CancellationTokenSource(lasting, time);
        Replace(new Running(new Fault(mode, ending.Token), ending));
        return time.GetUtcNow().UtcDateTime + lasting;
    }

    public void End() => Replace(null);

    /// <summary>Goes on at once, except in a hang: an open stream of a process that hangs is silent, too.</summary>
    public async Task WhileHangingAsync(CancellationToken cancellation)
    {
        while (Current is { Mode: FaultMode.Hang } hang)
        {
            await hang.Over.EndedAsync(cancellation);
        }
    }

    // The old one is cancelled but not disposed: requests that hang still hold on to its token.
    private void Replace(Running? next) => Interlocked.Exchange(ref running, next)?.Ending.Cancel();

    private sealed record Running(Fault Fault, CancellationTokenSource Ending);
}

internal static class Waiting
{
    /// <summary>Waits until <paramref name="over"/> is cancelled; throws when <paramref name="cancellation"/> is
    /// first.</summary>
    public static async Task EndedAsync(this CancellationToken over, CancellationToken cancellation)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = over.Register(ended.SetResult);
        await ended.Task.WaitAsync(cancellation);
    }
}
