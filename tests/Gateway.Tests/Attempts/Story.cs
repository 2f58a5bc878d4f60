using Gateway.Failover.Engine;

namespace Gateway.Tests.Attempts;

/// <summary>A gateway and one request through it; at the end the counters have to add up.</summary>
internal sealed record Story(RunningGateway Gateway) : IAsyncDisposable
{
    public async Task<HttpResponseMessage> SendAsync(string method, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/x");
        request.Content = body is null ? null : new StringContent(body);
        return await Gateway.Client.SendAsync(request);
    }

    /// <summary>The one request ended so, with exactly these attempts, each counted once, and nothing is left under way.</summary>
    public async Task EndsAsync(RequestEnd end, params (string Backend, AttemptEnd End)[] attempts)
    {
        var pool = Gateway.Pool;
        await Eventually.EqualAsync(1L, () => pool.Counters.Tally.Requests);
        Assert.Equal(1, pool.Counters.Read(end));
        Assert.Equal(pool.Counters.Tally.Requests, Enum.GetValues<RequestEnd>().Sum(pool.Counters.Read));
        List<(string, AttemptEnd)> Counted() =>
            [.. pool.Members.Values.SelectMany(backend => Enum.GetValues<AttemptEnd>().SelectMany(kind => Enumerable.Repeat((backend.Id, kind), (int)backend.Read(kind)))).Order()];

        // The request is counted before its last attempt is.
        await Eventually.EqualAsync(attempts.Length, () => Counted().Count);
        Assert.Equal(attempts.Order(), Counted());
        await Eventually.EqualAsync(0L, () => pool.Members.Values.Sum(backend => backend.InFlight));
        Assert.All(pool.Members.Values, backend => Assert.Equal(0, backend.InFlight));
    }

    public ValueTask DisposeAsync() => Gateway.DisposeAsync();
}

/// <summary>A body that begins well.</summary>
internal sealed class BreakingStream(int wholeReads) : OneWayStream
{
    private int _left = wholeReads;

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (--_left < 0)
        {
            throw new IOException("The connection is gone.");
        }

        buffer.AsSpan(offset, count).Fill((byte)'x');
        return count;
    }
}

/// <summary>A body that goes on for as long as somebody reads it.</summary>
internal sealed class EndlessStream : OneWayStream
{
    public override int Read(byte[] buffer, int offset, int count)
    {
        buffer.AsSpan(offset, count).Fill((byte)'x');
        return count;
    }
}

internal abstract class OneWayStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
