using System.Net.Http;

namespace Gateway.Failover.Attempts.Replay;

/// <summary>
/// A client's body that more than one attempt can send. YARP's content can be copied once only, so it is copied once, into a sink that outlives
/// the attempts, and what passes through is kept, within limits, for the next one.
/// </summary>
/// <remarks>
/// <para>
/// Two parties work here. The <em>pump</em> is YARP's copy loop: it reads the client and writes to the sink, from the first attempt's start to the
/// end of the body. An <em>attempt</em> is a stream into a backend. At any time at most one is attached, and it is either catching up, by its own
/// hand, on what was kept, or live. Only for a live attempt does the pump go on: it keeps a copy of the bytes and writes them to the
/// attempt's stream, on the client's buffer and at the backend's pace. With nobody live it waits, before it keeps anything. So the copy does not
/// grow while an attempt catches up, and an attempt that has had the whole copy has missed nothing.
/// </para>
/// <para>
/// When a stream breaks while the copy is whole, the bytes are kept already: the attempt fails, and the pump is told that all is well. Without a
/// copy it is told the truth, which ends YARP's copy, and with it the request, as if there were no replay. One lock guards the few fields, and
/// is never held across anything that waits.
/// </para>
/// <para>
/// YARP blames the client if its copy ends while it reads. So whoever gives a request up without an answer just lets the exception go to YARP,
/// which ends the copy itself once it has judged, and disposes of this afterwards.
/// </para>
/// </remarks>
internal sealed partial class ReplayBody : IDisposable
{
    private static readonly TimeSpan DetachTime = TimeSpan.FromSeconds(1);

    private readonly HttpContent _inner;
    private readonly ReplayLimit _all;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private ReplayCopy? _copy;
    private ReplayAttempt? _attempt;
    private TaskCompletionSource? _parked;
    private bool _possiblySent;
    private bool _started;
    private bool _over;
    private Exception? _error;

    /// <param name="inner">What YARP made. It stays YARP's.</param>
    /// <param name="limit">The most bytes that are kept of this body.</param>
    /// <param name="all">What is shared with all other bodies.</param>
    public ReplayBody(HttpContent inner, long limit, ReplayLimit all)
    {
        (_inner, _all) = (inner, all);
        var length = inner.Headers.ContentLength;
        if (limit > 0 && !(length > limit))
        {
            _copy = new ReplayCopy(limit, length, all);
        }
        else
        {
            all.CountOverflow();
        }
    }

    /// <summary>
    /// Whatever was taken from the client is there for another attempt. As long as not <see cref="PossiblySent"/>, nothing was taken, and there can be
    /// another attempt in any case.
    /// </summary>
    public bool CanReplay => Volatile.Read(ref _copy) is not null;

    /// <summary>Some attempt was asked for its content.</summary>
    public bool PossiblySent => Volatile.Read(ref _possiblySent);

    /// <summary>The client's body broke off, so that no attempt can be a good one.</summary>
    public bool ClientFailed { get; private set; }

    /// <summary>What the next attempt sends.</summary>
    /// <param name="attempt">The token that the attempt is sent with. It tells a cancelled attempt from one whose backend broke off.</param>
    public HttpContent NewContent(CancellationToken attempt) => new ReplayContent(this, _inner, attempt);

    /// <summary>Copies the body to an attempt's stream, all of it from the beginning.</summary>
    /// <param name="caller">The attempt's token.</param>
    /// <param name="cancel">What the transport calls the copy off with.</param>
    public async Task SendAsync(Stream stream, CancellationToken caller, CancellationToken cancel)
    {
        Volatile.Write(ref _possiblySent, true);
        var attempt = new ReplayAttempt(this, stream, caller);
        var copy = Attach(attempt, out var isFirst);
        using var link = attempt.CallOffWhen(cancel);
        if (isFirst)
        {
            _ = PumpAsync();
        }
        else if (copy is not null)
        {
            await CatchUpAsync(attempt, copy);
        }

        await attempt.Task;
    }

    /// <summary>
    /// The attempt under way is given up although its stream may not have broken. Its copy has ended on return, or does not heed it and is left
    /// alone: the next attempt does without.
    /// </summary>
    public async Task DetachAsync()
    {
        ReplayAttempt? attempt;
        lock (_gate)
        {
            attempt = _attempt;
        }

        if (attempt is not null)
        {
            CallOff(attempt, GivenUp());
            await attempt.Task.WaitAsync(DetachTime).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// No further attempt follows. What was kept is given back; a copy that is under way goes on, with what happens to it no longer hidden from YARP.
    /// If there is none, its end is told.
    /// </summary>
    public void Settle()
    {
        bool isIdle;
        lock (_gate)
        {
            Drop();
            isIdle = _attempt is null;
        }

        if (isIdle)
        {
            EndPump();
        }
    }

    /// <summary>No further attempt follows, and whatever is under way ends.</summary>
    public void Abandon()
    {
        Settle();
        ReplayAttempt? attempt;
        lock (_gate)
        {
            attempt = _attempt;
        }

        if (attempt is not null)
        {
            CallOff(attempt, GivenUp());
            EndPump();
        }
    }

    public void Dispose() => Abandon();

    private ReplayCopy? Attach(ReplayAttempt attempt, out bool isFirst)
    {
        ReplayAttempt? earlier;
        ReplayCopy? copy;
        lock (_gate)
        {
            isFirst = !_started;
            if (!isFirst && (_copy is null || _error is not null))
            {
                throw _error ?? new IOException("The request body was sent before and is not kept.");
            }

            copy = isFirst ? null : _copy;
            copy?.Hold();
            (earlier, _attempt) = (_attempt, attempt);
            (_started, attempt.Live, attempt.Writing) = (true, isFirst, !isFirst);
        }

        if (earlier is not null)
        {
            CallOff(earlier, GivenUp());
        }

        return copy;
    }

    /// <summary>An attempt gets no more, whether its stream is broken or not.</summary>
    public void CallOff(ReplayAttempt attempt, Exception reason)
    {
        bool isIdle;
        bool isLast;
        lock (_gate)
        {
            if (attempt.Over || attempt.CalledOff is not null)
            {
                return;
            }

            attempt.CalledOff = reason;
            isIdle = !attempt.Writing;
            isLast = isIdle && Leave(attempt) && _copy is null;
        }

        attempt.Cancel();
        if (isIdle)
        {
            attempt.Fail(reason);
        }

        if (isLast)
        {
            EndPump();
        }
    }

    /// <summary>Gives a new attempt's stream what those before it were given.</summary>
    private async Task CatchUpAsync(ReplayAttempt attempt, ReplayCopy copy)
    {
        Exception? error = null;
        try
        {
            for (var part = 0; part < copy.Parts; part++)
            {
                await attempt.WriteAsync(copy.Part(part));
            }

            await attempt.FlushAsync();
        }
        catch (Exception e)
        {
            // Whatever a transport's stream throws ends the attempt, which tells who sent it.
            error = e;
        }

        GoLive(attempt, copy, error);
    }

    private void GoLive(ReplayAttempt attempt, ReplayCopy copy, Exception? error)
    {
        var isLast = false;
        TaskCompletionSource? parked = null;
        lock (_gate)
        {
            copy.Release();
            attempt.Writing = false;
            error = _error ?? Cause(attempt, error);
            if (error is not null || _over)
            {
                isLast = Leave(attempt) && _copy is null;
            }
            else
            {
                attempt.Live = true;
                (parked, _parked) = (_parked, null);
            }
        }

        if (error is not null)
        {
            attempt.Fail(error);
        }
        else if (attempt.Over)
        {
            attempt.Succeed();
        }

        parked?.TrySetResult();
        if (isLast)
        {
            EndPump();
        }
    }

    private static OperationCanceledException GivenUp() => new("The attempt was given up.");

    // Of a write that was cut short, why it was; else what broke it.
    private static Exception? Cause(ReplayAttempt attempt, Exception? error) =>
        error is null or OperationCanceledException ? attempt.CalledOff ?? error : error;

    /// <returns>Nobody is attached now.</returns>
    private bool Leave(ReplayAttempt attempt)
    {
        attempt.Over = true;
        if (_attempt == attempt)
        {
            _attempt = null;
        }

        return _attempt is null;
    }

    private void Drop()
    {
        _copy?.Drop();
        Volatile.Write(ref _copy, null);
    }
}
