using System.Net;
using System.Threading.Channels;

namespace Gateway.Tests.Attempts.Replay;

/// <summary>
/// A client's body as YARP would copy it: once only; a break on the client's side is thrown, one on the backend's side is only told. It lies in that
/// what the client sends is one read, however long.
/// </summary>
internal sealed class ClientBody : HttpContent
{
    private readonly Channel<byte[]> _reads = Channel.CreateUnbounded<byte[]>();
    private readonly TaskCompletionSource<string> _consumption = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _started;

    public ClientBody(long? length = null)
    {
        Headers.TryAddWithoutValidation("Content-Type", "text/odd; =");
        Headers.ContentLength = length;
    }

    public bool Started => Volatile.Read(ref _started) > 0;

    /// <summary>How many reads were not asked for yet.</summary>
    public int Unread => _reads.Reader.Count;

    /// <summary>How the copy ended: "whole", "client", "backend".</summary>
    public Task<string> Consumption => _consumption.Task;

    public static ClientBody Of(params byte[][] reads)
    {
        var body = new ClientBody(reads.Sum(read => read.LongLength));
        Array.ForEach(reads, body.Send);
        body.End();
        return body;
    }

    public void Send(byte[] bytes) => _reads.Writer.TryWrite(bytes);

    public void End() => _reads.Writer.TryComplete();

    public void Break(Exception error) => _reads.Writer.TryComplete(error);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new NotSupportedException();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _started) > 1)
        {
            throw new InvalidOperationException("The body was read twice.");
        }

        var reading = false;
        try
        {
            await stream.FlushAsync(cancellationToken);
            while (true)
            {
                reading = true;
                if (!await _reads.Reader.WaitToReadAsync(cancellationToken))
                {
                    break;
                }

                reading = false;
                await CopyReadAsync(stream, cancellationToken);
            }

            _consumption.SetResult("whole");
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            _consumption.SetResult(reading ? "client" : "backend");
            if (reading)
            {
                throw;
            }
        }
    }

    // The buffer is another's as soon as the write has ended, as a pooled one would be.
    private async Task CopyReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        if (_reads.Reader.TryRead(out var read))
        {
            var buffer = read.ToArray();
            try
            {
                await stream.WriteAsync(buffer, cancellationToken);
            }
            finally
            {
                Array.Fill(buffer, (byte)'?');
            }
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }
}
