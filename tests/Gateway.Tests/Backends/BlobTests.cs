using System.Net;
using System.Net.Http.Headers;
using Gateway.Backends.Blobs;
using Xunit;

namespace Gateway.Tests.Backends;

/// <summary>A download must be the same, byte for byte, from whichever backend and by whichever range.</summary>
public class BlobTests
{
    [Fact]
    public async Task Two_backends_serve_the_same_bytes_under_the_same_tag()
    {
        await using var primary = await RunningBackend.StartAsync("primary");
        await using var secondary = await RunningBackend.StartAsync("secondary");

        using var one = await primary.Client.GetAsync("/api/blob?size=100k");
        using var other = await secondary.Client.GetAsync("/api/blob?size=100k");

        Assert.Equal(one.Headers.ETag, other.Headers.ETag);
        Assert.False(one.Headers.ETag?.IsWeak);
        Assert.Equal(102_400, one.Content.Headers.ContentLength);
        Assert.Equal(await one.Content.ReadAsByteArrayAsync(), await other.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 11)]
    [InlineData(8, 15)]
    [InlineData(13, 13)]
    [InlineData(70_001, 99_999)]
    public async Task A_range_is_a_piece_of_the_whole(int from, int to)
    {
        await using var backend = await RunningBackend.StartAsync();
        var whole = await backend.Client.GetByteArrayAsync("/api/blob?size=100000");

        using var part = await GetAsync(backend, from, to, ifRange: null);

        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(new ContentRangeHeaderValue(from, to, 100_000), part.Content.Headers.ContentRange);
        Assert.Equal(whole[from..(to + 1)], await part.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("\"blob-100000\"", HttpStatusCode.PartialContent)]
    [InlineData("\"blob-99999\"", HttpStatusCode.OK)]
    public async Task If_Range_gives_the_range_only_of_the_same_blob(string tag, HttpStatusCode expected)
    {
        await using var backend = await RunningBackend.StartAsync();

        using var answer = await GetAsync(backend, 5, 9, EntityTagHeaderValue.Parse(tag));

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task A_range_outside_is_refused()
    {
        await using var backend = await RunningBackend.StartAsync();

        using var answer = await GetAsync(backend, 100_000, 100_001, ifRange: null);

        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, answer.StatusCode);
    }

    [Fact]
    public async Task Head_tells_the_length_and_sends_nothing()
    {
        await using var backend = await RunningBackend.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Head, "/api/blob?size=1g");

        using var answer = await backend.Client.SendAsync(request);

        Assert.Equal(1L << 30, answer.Content.Headers.ContentLength);
        Assert.Contains("bytes", answer.Headers.AcceptRanges);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public void Bytes_do_not_depend_on_how_they_are_read()
    {
        var whole = new byte[1000];
        new BlobStream(1000).ReadExactly(whole);

        for (var step = 1; step < 30; step++)
        {
            var pieces = new byte[1000];
            using var stream = new BlobStream(1000);
            for (var at = 0; at < pieces.Length;)
            {
                at += stream.Read(pieces.AsSpan(at, Math.Min(step, pieces.Length - at)));
            }

            Assert.Equal(whole, pieces);
        }
    }

    private static async Task<HttpResponseMessage> GetAsync(
        RunningBackend backend, long from, long to, EntityTagHeaderValue? ifRange)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/blob?size=100000");
        request.Headers.Range = new RangeHeaderValue(from, to);
        request.Headers.IfRange = ifRange is null ? null : new RangeConditionHeaderValue(ifRange);
        return await backend.Client.SendAsync(request);
    }
}
