using System.Text;
using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>A download that breaks off goes on elsewhere where both backends surely mean the same bytes, and is visibly broken everywhere else.</summary>
public sealed class ResumedDownloadTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const int Small = 5000;
    private const int Cut = 1000;
    private const int Cuts = 50;
    private const int Seed = 42;

    private static readonly Blob Large = new(100 * 1024 * 1024);
    private static readonly Blob Short = new(Small);

    /// <summary>What the first backend says, which then breaks off; each of these forbids to go on, so the second one is not even asked.</summary>
    private static readonly Dictionary<string, string> FirstHeads = new()
    {
        ["weak-tag"] = $"HTTP/1.1 200 Raw\r\nETag: W/{Blob.Tag}\r\nContent-Length: {Small}\r\n\r\n",
        ["no-tag"] = $"HTTP/1.1 200 Raw\r\nLast-Modified: Sat, 01 Jan 2000 00:00:00 GMT\r\nContent-Length: {Small}\r\n\r\n",
        ["cookie"] = $"HTTP/1.1 200 Raw\r\nETag: {Blob.Tag}\r\nSet-Cookie: a=b\r\nContent-Length: {Small}\r\n\r\n",
        ["varies"] = $"HTTP/1.1 200 Raw\r\nETag: {Blob.Tag}\r\nVary: *\r\nContent-Length: {Small}\r\n\r\n",
        ["no-length"] = $"HTTP/1.1 200 Raw\r\nETag: {Blob.Tag}\r\nTransfer-Encoding: chunked\r\n\r\n{Small:x}\r\n",
        ["not-200"] = $"HTTP/1.1 203 Raw\r\nETag: {Blob.Tag}\r\nContent-Length: {Small}\r\n\r\n",
    };

    /// <summary>What the second backend says to the rest that it is asked for; none of these fits to what the client has already.</summary>
    private static readonly Dictionary<string, string> SecondHeads = new()
    {
        ["other-tag"] = Rest(tag: "\"v2\""),
        ["second-weak-tag"] = Rest(tag: $"W/{Blob.Tag}"),
        ["second-no-tag"] = $"HTTP/1.1 206 Raw\r\nContent-Range: bytes {Cut}-{Small - 1}/{Small}\r\nContent-Length: {Small - Cut}\r\n\r\n",
        ["other-start"] = Rest(range: $"{Cut + 1}-{Small}/{Small + 1}"),
        ["other-end"] = Rest(range: $"{Cut}-{Small - 2}/{Small}"),
        ["other-total"] = Rest(range: $"{Cut}-{Small - 1}/{Small + 1}"),
        ["unknown-total"] = Rest(range: $"{Cut}-{Small - 1}/*"),
        ["no-range"] = $"HTTP/1.1 206 Raw\r\nETag: {Blob.Tag}\r\nContent-Length: {Small - Cut}\r\n\r\n",
        ["all-of-it"] = $"HTTP/1.1 200 Raw\r\nETag: {Blob.Tag}\r\nContent-Length: {Small}\r\n\r\n",
        ["other-type"] = Rest(fields: "Content-Type: text/html\r\n"),
        ["other-coding"] = Rest(fields: "Content-Encoding: gzip\r\n"),
        ["not-satisfiable"] = $"HTTP/1.1 416 Raw\r\nContent-Range: bytes */{Cut}\r\nContent-Length: 0\r\n\r\n",
        ["error"] = "HTTP/1.1 500 Raw\r\nContent-Length: 0\r\n\r\n",
    };

    [Fact]
    public async Task A_download_that_breaks_off_fifty_times_arrives_byte_for_byte()
    {
        var cuts = new Random(Seed);
        var offsets = new Queue<int>(Enumerable.Range(0, Cuts).Select(_ => cuts.Next(1, Large.Size)).Order());
        RawAnswer CutOrWhole(RawRequest request)
        {
            lock (offsets)
            {
                return offsets.TryDequeue(out var until)
                    ? Large.Answer(request, until, offsets.Count % 2 == 0 ? RawEnd.Fin : RawEnd.Reset)
                    : Large.Answer(request);
            }
        }

        await using var primary = new RawBackend(CutOrWhole);
        await using var secondary = new RawBackend(CutOrWhole);
        var gateway = await ResumingAsync(primary, secondary, config => config["Failover:Pools:api:Attempts:Max"] = 10);
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/blob") { Headers = { { "If-None-Match", "\"old\"" } } };
        using var response = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal(Large.Size, response.Content.Headers.ContentLength);
        Assert.Equal(Large.Size, await CompareAsync(response));
        Assert.Empty(offsets);
        var asked = primary.Requests.Concat(secondary.Requests).Where(again => again.Header("Range") is not null).ToList();
        Assert.True(asked.Count >= Cuts, $"resumed {asked.Count} times");
        Assert.All(asked, again => Assert.Equal((Blob.Tag, null), (again.Header("If-Range"), again.Header("If-None-Match"))));
        Assert.NotEmpty(secondary.Requests);
        await Eventually.TrueAsync("it is counted as one request", async () => (await gateway.MetricsAsync()).Sum("gateway_requests_total") == 1);
        Assert.Equal(0, (await gateway.MetricsAsync()).Sum("gateway_requests_total", "outcome=\"failed\""));
    }

    [Fact]
    public async Task A_download_that_falls_silent_goes_on_elsewhere()
    {
        await using var primary = new RawBackend(request => Short.Answer(request, Cut, RawEnd.KeepOpen));
        await using var secondary = new RawBackend(Short.Answer);
        var gateway = await ResumingAsync(primary, secondary, config => config["Failover:Pools:api:Attempts:IdleTimeout"] = "500ms");

        var reply = await RawClient.SendAsync(gateway, "GET", "/api/blob", "silent");

        Assert.True(reply is { Status: 200, IsWhole: true }, reply.Text.Split(RawMessage.EndOfHead)[0]);
        Assert.True(Blob.Matches(Encoding.Latin1.GetBytes(reply.Content), at: 0));
        Assert.StartsWith($"bytes={Cut}-", Assert.Single(secondary.Requests).Header("Range"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_is_resumed_only_where_the_route_says_so()
    {
        await using var primary = new RawBackend(request => Short.Answer(request, Cut, RawEnd.Fin));
        await using var secondary = new RawBackend(Short.Answer);
        var gateway = await BetweenAsync(primary.Url, secondary.Url);

        AssertBroken(await RawClient.SendAsync(gateway, "GET", "/api/blob", "not opted in"), "not opted in");
        Assert.Empty(secondary.Requests);
    }

    [Fact]
    public async Task An_answer_that_may_not_be_continued_is_visibly_broken()
    {
        await using var primary = new RawBackend(request => Blob.Answer(FirstHeads[request.Id!], 0, Cut, RawEnd.Fin));
        await using var secondary = new RawBackend(Short.Answer);
        var gateway = await ResumingAsync(primary, secondary);
        foreach (var circumstance in FirstHeads.Keys)
        {
            AssertBroken(await RawClient.SendAsync(gateway, "GET", "/api/blob", circumstance), circumstance);
            Assert.True(secondary.Executions(circumstance) == 0, circumstance);
        }
    }

    [Fact]
    public async Task What_was_asked_for_in_part_is_not_continued()
    {
        await using var primary = new RawBackend(request => Short.Answer(request, Cut, RawEnd.Fin));
        await using var secondary = new RawBackend(Short.Answer);
        var gateway = await ResumingAsync(primary, secondary);

        var reply = await RawClient.SendAsync(gateway, "GET", "/api/blob", "part", body: null, "Range: bytes=100-");

        Assert.True(reply is { Status: 206, IsWhole: false }, reply.Text);
        Assert.True(Blob.Matches(Encoding.Latin1.GetBytes(reply.Content), at: 100));
        Assert.Empty(secondary.Requests);
    }

    [Fact]
    public async Task A_rest_that_does_not_fit_is_never_spliced_in()
    {
        await using var primary = new RawBackend(request => Short.Answer(request, Cut, RawEnd.Fin));
        await using var secondary = new RawBackend(request => Blob.Answer(SecondHeads[request.Id!], Cut, Small, RawEnd.Fin));
        var gateway = await ResumingAsync(primary, secondary);
        foreach (var circumstance in SecondHeads.Keys)
        {
            AssertBroken(await RawClient.SendAsync(gateway, "GET", "/api/blob", circumstance), circumstance);
            // The first one is asked for the rest too, so more than once round is no fault; but it ends.
            Assert.InRange(secondary.Executions(circumstance), 1, 5);
        }

        Assert.All(secondary.Requests, asked => Assert.StartsWith($"bytes={Cut}-", asked.Header("Range"), StringComparison.Ordinal));
    }

    private Task<GatewayProcess> ResumingAsync(RawBackend primary, RawBackend secondary, Action<GatewayConfig>? change = null) =>
        BetweenAsync(primary.Url, secondary.Url, config =>
        {
            config["Failover:Routes:api:Resume"] = true;
            change?.Invoke(config);
        });

    /// <summary>A client that reads it sees that something is missing, and what it has is the beginning of the right thing.</summary>
    private static void AssertBroken(RawReply reply, string circumstance)
    {
        var content = Encoding.Latin1.GetBytes(reply.Content);
        var isBeginning = content.Length <= Cut && Blob.Matches(content, at: 0);
        Assert.True(isBeginning && !reply.IsWhole, $"{circumstance}: {content.Length} bytes of content after {reply.Text.Split(RawMessage.EndOfHead)[0]}");
    }

    /// <summary>How many bytes of the right ones came.</summary>
    private static async Task<long> CompareAsync(HttpResponseMessage response)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var stream = await response.Content.ReadAsStreamAsync(deadline.Token);
        var buffer = new byte[256 * 1024];
        long at = 0;
        while (await stream.ReadAsync(buffer, deadline.Token) is > 0 and var read)
        {
            Assert.True(Blob.Matches(buffer.AsSpan(0, read), at), $"Other bytes between {at} and {at + read}.");
            at += read;
        }

        return at;
    }

    private static string Rest(string tag = Blob.Tag, string? range = null, string fields = "Content-Type: application/octet-stream\r\n") =>
        $"HTTP/1.1 206 Raw\r\nETag: {tag}\r\n{fields}Content-Range: bytes {range ?? $"{Cut}-{Small - 1}/{Small}"}\r\nContent-Length: {Small - Cut}\r\n\r\n";
}
