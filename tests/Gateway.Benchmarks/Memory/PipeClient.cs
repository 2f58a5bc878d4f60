using System.Buffers;
using System.IO.Pipelines;
using Gateway.Benchmarks.Roles;

namespace Gateway.Benchmarks.Memory;

/// <summary>A client with one connection that knows what the answer's body will be.</summary>
internal sealed class PipeClient(IDuplexPipe pipe)
{
    public static readonly byte[] Get = "GET /api/data HTTP/1.1\r\nHost: localhost\r\nUser-Agent: benchmark\r\nAccept: */*\r\n\r\n"u8.ToArray();

    public static readonly byte[] Post =
        "POST /api/data HTTP/1.1\r\nHost: localhost\r\nUser-Agent: benchmark\r\nAccept: */*\r\nContent-Length: 4\r\n\r\nbody"u8.ToArray();

    public async Task SendAsync(byte[] request)
    {
        await pipe.Output.WriteAsync(request);
        while (true)
        {
            var read = await pipe.Input.ReadAsync();
            if (EndOfAnswer(read.Buffer) is { } end)
            {
                pipe.Input.AdvanceTo(end);
                return;
            }

            pipe.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
            {
                throw new InvalidOperationException("The connection was closed before the answer was whole.");
            }
        }
    }

    private static SequencePosition? EndOfAnswer(ReadOnlySequence<byte> bytes)
    {
        var reader = new SequenceReader<byte>(bytes);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> head, "\r\n\r\n"u8) || reader.Remaining < FastBackend.AnswerBytes.Length)
        {
            return null;
        }

        var status = new SequenceReader<byte>(head);
        if (!status.IsNext("HTTP/1.1 200 "u8))
        {
            throw new InvalidOperationException("The answer is not 200.");
        }

        reader.Advance(FastBackend.AnswerBytes.Length);
        return reader.Position;
    }
}
