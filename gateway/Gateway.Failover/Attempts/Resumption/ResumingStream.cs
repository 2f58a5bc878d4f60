using System.Net.Http;
using System.Runtime.ExceptionServices;

namespace Gateway.Failover.Attempts.Resumption;

/// <summary>
/// A download that goes on elsewhere when its backend breaks off or falls silent. The reader gets every byte once and in order, or an error;
/// never a clean end before <paramref name="total"/>.
/// </summary>
/// <param name="first">The first answer's content.</param>
/// <param name="total">How many bytes there are.</param>
/// <param name="idleTimeout">How long a backend may be silent.</param>
/// <param name="reopen">Asks for the rest from a position on; null if nobody has it. The stream that it gives is disposed here.</param>
internal sealed class ResumingStream(
    Stream first, long total, TimeSpan idleTimeout, TimeProvider time, Func<long, CancellationToken, Task<Stream?>> reopen) : ReadingStream
{
    /// <summary>How often one download may be resumed, so that no backend can keep it going for ever.</summary>
    public const int MostResumptions = 100;

    /// <summary>How often in a row without a single byte in between.</summary>
    public const int MostFruitless = 3;

    private Stream _stream = first;
    private CancellationTokenSource _silence = new(Timeout.InfiniteTimeSpan, time);
    private long _position;
    private int _resumed;
    private int _fruitless;

    /// <remarks>An empty buffer asks whether there is anything to read, which may fail, and be resumed, as any read.</remarks>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_position < total)
        {
            Exception error;
            try
            {
                var read = await ReadOnceAsync(buffer[..(int)Math.Min(buffer.Length, total - _position)], cancellationToken);
                if (read > 0 || buffer.IsEmpty)
                {
                    _fruitless = read > 0 ? 0 : _fruitless;
                    _position += read;
                    return read;
                }

                error = new HttpIOException(HttpRequestError.ResponseEnded, $"The answer ended after {_position} of {total} bytes.");
            }
            catch (Exception e) when (Faults.IsTransports(e) && !cancellationToken.IsCancellationRequested)
            {
                // The backend's failure. Nobody is told unless it cannot be mended.
                error = e;
            }

            await ResumeAsync(error, cancellationToken);
        }

        return 0;
    }

    // Most reads find something that has arrived already; only one that waits needs the timer.
    private async ValueTask<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var reading = _stream.ReadAsync(buffer, _silence.Token);
        if (reading.IsCompleted)
        {
            return await reading;
        }

        _silence.CancelAfter(idleTimeout);
        try
        {
            using var link = cancel.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _silence);
            var read = await reading;
            // .NET's answer to an empty buffer whose wait is cut short is that there is something to read, on a connection that it has closed.
            _silence.Token.ThrowIfCancellationRequested();
            return read;
        }
        catch (Exception e) when (_silence.IsCancellationRequested)
        {
            // Whatever it is: a transport whose read is cut short says of its own end what it happens to stumble over.
            cancel.ThrowIfCancellationRequested();
            throw new IOException($"The backend was silent for {idleTimeout.TotalSeconds} s.", e);
        }
        finally
        {
            Rearm();
        }
    }

    private void Rearm()
    {
        if (!_silence.TryReset())
        {
            _silence.Dispose();
            _silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        }
    }

    private async Task ResumeAsync(Exception error, CancellationToken cancel)
    {
        await _stream.DisposeAsync();
        var rest = _resumed < MostResumptions && _fruitless < MostFruitless ? await reopen(_position, cancel) : null;
        if (rest is null)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        (_stream, _resumed, _fruitless) = (rest, _resumed + 1, _fruitless + 1);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stream.Dispose();
            _silence.Dispose();
        }

        base.Dispose(disposing);
    }
}
