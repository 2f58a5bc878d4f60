using System.Runtime.ExceptionServices;

namespace Gateway.Failover.Attempts.Resumption;

/// <summary>
/// A stream of events that goes on elsewhere when its backend breaks off. The reader gets whole events only, so that a break falls between two of
/// them. What the backend makes of the last id is its own affair, as it is when a browser reconnects.
/// </summary>
/// <param name="first">The first answer's content.</param>
/// <param name="reopen">Asks for what follows the event with this id; null if nobody has it. The stream that it gives is disposed here.</param>
internal sealed class EventResumingStream(Stream first, Func<string, CancellationToken, Task<Stream?>> reopen) : ReadingStream
{
    /// <summary>The longest event, in bytes, that is held back until it is whole.</summary>
    public const int LongestEvent = 65_536;

    /// <summary>How often in a row the stream may be reopened without a single event in between.</summary>
    public const int MostFruitless = 3;

    private readonly EventBuffer _events = new(LongestEvent);
    private Stream _stream = first;
    private CancellationTokenSource _left = new();
    private bool _ended;
    private int _fruitless;
    private long _eventsBefore;

    /// <summary>False from the first event on that was too long to be held back: since then everything is passed through, and a break is the client's.</summary>
    public bool IsResumable { get; private set; } = true;

    /// <remarks>An empty buffer asks whether there is anything to read: bytes only, perhaps, that are no whole event yet.</remarks>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_events.HasWhole)
            {
                return _events.Take(buffer.Span);
            }

            if (_ended)
            {
                return 0;
            }

            if (!IsResumable)
            {
                return await ReadOnAsync(buffer, cancellationToken);
            }

            try
            {
                if (buffer.IsEmpty)
                {
                    return await ReadOnAsync(buffer, cancellationToken);
                }

                await FillAsync(cancellationToken);
            }
            catch (Exception e) when ((Faults.IsTransports(e) || _left.IsCancellationRequested) && !cancellationToken.IsCancellationRequested)
            {
                // The backend's failure, or it was left, and then whatever its transport stumbles over. Nobody is told unless it cannot be mended.
                await ResumeAsync(e, cancellationToken);
            }
        }
    }

    /// <summary>
    /// The backend shall be left: the read under way, or else the next one, ends as if the stream had broken off. It is cancelled and not disposed of
    /// under its reader: .NET would read what is left of the answer to save the connection, and take events out of the reader's hands.
    /// </summary>
    public void Leave() => Volatile.Read(ref _left).Cancel();

    private async ValueTask<int> ReadOnAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        var left = _left;
        using var link = cancel.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), left);
        return await _stream.ReadAsync(buffer, left.Token);
    }

    private async ValueTask FillAsync(CancellationToken cancel)
    {
        var room = _events.Room();
        if (room.IsEmpty)
        {
            IsResumable = false;
            _events.Flush();
            return;
        }

        var read = await ReadOnAsync(room, cancel);
        if (read == 0)
        {
            // A clean end. If it ends in mid-event, so it did at the backend, and the client may know what to make of it.
            _ended = true;
            _events.Flush();
        }

        _events.Received(read);
    }

    private async Task ResumeAsync(Exception error, CancellationToken cancel)
    {
        await _stream.DisposeAsync();
        _fruitless = _events.Events > _eventsBefore ? 0 : _fruitless;
        _eventsBefore = _events.Events;
        var id = _events.LastId;
        var rest = EventResumption.CanAskFor(id) && _fruitless < MostFruitless ? await reopen(id!, cancel) : null;
        if (rest is null)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        _fruitless++;
        _stream = rest;
        Volatile.Write(ref _left, new CancellationTokenSource());
        _events.Restart();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stream.Dispose();
            _events.Dispose();
        }

        base.Dispose(disposing);
    }
}
