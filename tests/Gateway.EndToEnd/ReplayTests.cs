using System.Security.Cryptography;
using System.Text;
using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>A second attempt has the body of the first, to the byte; what cannot be kept, or must not be repeated, has one attempt.</summary>
public sealed class ReplayTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const string Key = "Idempotency-Key: 5c9d";

    [Theory]
    [InlineData("POST", true, Key, true)]
    [InlineData("PATCH", true, Key, true)]
    [InlineData("POST", true, "X-Other: 1", false)]
    [InlineData("POST", false, Key, false)]
    [InlineData("PUT", false, "X-Other: 1", true)]
    public async Task A_body_is_sent_again_where_the_request_may_be_repeated(string method, bool optedIn, string field, bool repeated)
    {
        await using var primary = new RawBackend(_ => RawAnswer.CloseWithReset);
        await using var secondary = new RawBackend(_ => RawAnswer.Ok);
        var gateway = await BetweenAsync(primary.Url, secondary.Url, config => config["Failover:Routes:api:IdempotencyKey"] = optedIn);
        foreach (var length in new[] { 0, 20, 500_000 })
        {
            var (id, body) = ($"{method}-{length}", RandomNumberGenerator.GetHexString(length));
            var reply = await RawClient.SendAsync(gateway, method, "/api/data?a=b", id, body, field, "X-Twice: a", "X-Twice: b");

            AssertOnce(primary, id, body);
            Assert.True(reply.Status == (repeated ? 200 : 502), reply.Text);
            Assert.Equal(repeated || method == "PUT" ? null : "unknown", reply.Header("X-Failover-Outcome"));
            Assert.Equal(repeated ? 1 : 0, secondary.Executions(id));
            if (repeated)
            {
                AssertOnce(secondary, id, body);
                AssertSameHead(primary, secondary, id);
            }
        }
    }

    [Theory]
    [InlineData(500_000, true)]
    [InlineData(3_000_000, false)]
    public async Task A_body_without_a_known_length_is_kept_as_far_as_the_limit_goes(int length, bool repeated)
    {
        await using var primary = new RawBackend(_ => RawAnswer.CloseWithReset);
        await using var secondary = new RawBackend(_ => RawAnswer.Ok);
        var gateway = await BetweenAsync(primary.Url, secondary.Url);
        var body = RandomNumberGenerator.GetHexString(length);
        using var request = new HttpRequestMessage(HttpMethod.Put, "api/data")
        {
            Content = new StringContent(body),
            Headers = { { "X-Request-Id", "chunked" }, { "Transfer-Encoding", "chunked" } },
        };

        using var response = await gateway.Http.SendAsync(request);

        Assert.Equal(repeated ? 200 : 502, (int)response.StatusCode);
        AssertOnce(primary, "chunked", body);
        Assert.Equal(repeated ? 1 : 0, secondary.Executions("chunked"));
        Assert.True(!repeated || secondary.Requests.Single().Content == body);
    }

    [Fact]
    public async Task A_body_over_the_limit_has_one_attempt_and_arrives_whole()
    {
        await using var primary = new RawBackend(request => request.Id == "fails" ? RawAnswer.CloseWithReset : RawAnswer.Ok);
        await using var secondary = new RawBackend(_ => RawAnswer.Ok);
        var gateway = await BetweenAsync(primary.Url, secondary.Url);
        var body = RandomNumberGenerator.GetHexString(3_000_000);

        var failed = await RawClient.SendAsync(gateway, "PUT", "/api/data", "fails", body);
        Assert.True(failed.Status == 502, failed.Text);
        Assert.Equal("1", failed.Header("X-Failover-Attempts"));
        AssertOnce(primary, "fails", body);
        Assert.Empty(secondary.Requests);

        var passed = await RawClient.SendAsync(gateway, "PUT", "/api/data", "passes", body);
        Assert.True(passed.Status == 200, passed.Text);
        AssertOnce(primary, "passes", body);
    }

    // The first attempt is over while the client is still sending: what it has taken out of the upload belongs to the second one as well.
    [Theory]
    [InlineData("PUT", false)]
    [InlineData("PUT", true)]
    [InlineData("POST", false)]
    public async Task An_upload_whose_backend_dies_half_way_is_sent_whole_to_the_next_where_it_may_be(string method, bool chunked)
    {
        await using var primary = new RawBackend(_ => RawAnswer.CloseWithReset, atHead: true);
        await using var secondary = new RawBackend(_ => RawAnswer.Ok);
        var gateway = await BetweenAsync(primary.Url, secondary.Url);
        var (half, rest) = (RandomNumberGenerator.GetHexString(100_000), RandomNumberGenerator.GetHexString(50_000));
        string Piece(string text) => chunked ? $"{text.Length:x}\r\n{text}\r\n" : text;
        var framing = chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {half.Length + rest.Length}";
        using var client = await RawClient.ConnectAsync(gateway);

        await client.SendAsync(Encoding.Latin1.GetBytes(
            $"{method} /api/data HTTP/1.1\r\nHost: gateway\r\nX-Request-Id: upload\r\nConnection: close\r\n{framing}\r\n\r\n{Piece(half)}"));
        await Eventually.TrueAsync(
            "the first attempt is over", async () => (await gateway.MetricsAsync()).Sum("gateway_attempts_total", "backend=\"primary\"") == 1);
        await client.SendAsync(Encoding.Latin1.GetBytes(Piece(rest) + (chunked ? "0\r\n\r\n" : string.Empty)));
        var reply = await RawClient.ReadAsync(client, method);

        Assert.True(reply.Status == (method == "PUT" ? 200 : 502), reply.Text);
        Assert.Equal(method == "PUT" ? null : "unknown", reply.Header("X-Failover-Outcome"));
        Assert.Equal((1, method == "PUT" ? 1 : 0), (primary.Executions("upload"), secondary.Executions("upload")));
        Assert.True(method == "POST" || secondary.Requests.Single().Content == half + rest);
    }

    [Fact]
    public async Task What_all_requests_together_may_keep_is_given_back()
    {
        await using var primary = new RawBackend(_ => RawAnswer.CloseWithReset);
        await using var secondary = new RawBackend(_ => RawAnswer.Ok);
        var gateway = await BetweenAsync(primary.Url, secondary.Url, config => config["Failover:Replay:TotalBytes"] = 1024 * 1024);
        var body = RandomNumberGenerator.GetHexString(500_000);
        for (var number = 1; number <= 10; number++)
        {
            var reply = await RawClient.SendAsync(gateway, "PUT", "/api/data", $"put-{number}", body);

            Assert.True(reply.Status == 200, $"{number}: {reply.Text}");
            AssertOnce(secondary, $"put-{number}", body);
        }
    }

    private static void AssertOnce(RawBackend backend, string id, string body)
    {
        var request = Assert.Single(backend.Requests, request => request.Id == id);
        Assert.True(request.Content == body, $"{request.Content.Length} other characters arrived for {body.Length}");
    }

    /// <summary>But for who is asked, and for the span of the trace.</summary>
    private static void AssertSameHead(RawBackend one, RawBackend other, string id)
    {
        static IEnumerable<string> Lines(RawBackend backend, string id) => backend.Requests.Single(request => request.Id == id).Head.Split("\r\n")
            .Where(line => !line.StartsWith("Host:", StringComparison.OrdinalIgnoreCase) && !line.StartsWith("traceparent:", StringComparison.Ordinal));
        Assert.Equal(Lines(one, id), Lines(other, id));
    }
}
