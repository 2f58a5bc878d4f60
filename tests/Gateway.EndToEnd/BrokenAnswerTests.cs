using System.Net;
using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>
/// Backends on bare sockets that answer badly, oddly or not at all, and a client on bare sockets that sees how its answer ends. Each time: what the
/// client got, how often either backend executed it, and what the gateway has counted.
/// </summary>
public sealed class BrokenAnswerTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const string Half = "half of it";
    private const int ClientsLimit = 64 * 1024;

    private static readonly string[] Methods = ["GET", "HEAD", "PUT", "POST"];

    private static readonly Dictionary<string, RawAnswer> NoAnswers = new()
    {
        ["closes before the head"] = RawAnswer.CloseWithFin,
        ["resets before the head"] = RawAnswer.CloseWithReset,
        ["closes in the head"] = new("HTTP/1.1 200 Raw\r\nContent-Len", RawEnd.Fin),
        ["resets in the head"] = new("HTTP/1.1 200 Raw\r\nContent-Len", RawEnd.Reset),
        ["speaks another protocol"] = new("SSH-2.0-OpenSSH_9.2\r\n", RawEnd.Fin),
        ["sends a head that is too large"] = new($"HTTP/1.1 200 Raw\r\nX-Large: {new string('x', ClientsLimit)}\r\nContent-Length: 2\r\n\r\nOK", RawEnd.Fin),
        ["is silent"] = RawAnswer.Silence,
    };

    private static readonly Dictionary<string, RawAnswer> Halves = new()
    {
        ["closes short of its length"] = new($"HTTP/1.1 200 Raw\r\nContent-Length: 100\r\n\r\n{Half}", RawEnd.Fin),
        ["resets short of its length"] = new($"HTTP/1.1 200 Raw\r\nContent-Length: 100\r\n\r\n{Half}", RawEnd.Reset),
        ["resets after the head"] = new("HTTP/1.1 200 Raw\r\nContent-Length: 100\r\n\r\n", RawEnd.Reset),
        ["closes between chunks"] = new($"HTTP/1.1 200 Raw\r\nTransfer-Encoding: chunked\r\n\r\na\r\n{Half}\r\n", RawEnd.Fin),
        ["resets between chunks"] = new($"HTTP/1.1 200 Raw\r\nTransfer-Encoding: chunked\r\n\r\na\r\n{Half}\r\n", RawEnd.Reset),
        ["closes within a chunk"] = new($"HTTP/1.1 200 Raw\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{Half}", RawEnd.Fin),
        ["breaks the chunks' form"] = new($"HTTP/1.1 200 Raw\r\nTransfer-Encoding: chunked\r\n\r\na\r\n{Half}\r\nno chunk\r\n", RawEnd.KeepOpen),
        ["resets what has no length"] = new($"HTTP/1.1 200 Raw\r\nConnection: close\r\n\r\n{Half}", RawEnd.Reset),
    };

    private static readonly Dictionary<string, Func<string, RawAnswer>> Oddities = new()
    {
        ["drips"] = text => RawAnswer.Status(200, text),
        ["says more than its length"] = text => new($"{RawAnswer.Status(200, text).Text}HTTP/1.1 200 Raw\r\nContent-Length: 6\r\n\r\nforged", RawEnd.KeepOpen),
        ["says other things before"] = text => new($"HTTP/1.1 103 Early\r\nLink: </x>\r\n\r\nHTTP/1.1 102 Wait\r\n\r\n{RawAnswer.Status(200, text).Text}", RawEnd.KeepOpen),
        ["closes what has no length"] = text => new($"HTTP/1.1 200 Raw\r\nConnection: close\r\n\r\n{text}", RawEnd.Fin),
        ["chunks with extensions and trailers"] = text => new($"HTTP/1.1 200 Raw\r\nTransfer-Encoding: chunked\r\n\r\n{text.Length:x};a=b\r\n{text}\r\n0\r\nX-Sum: 1\r\n\r\n", RawEnd.KeepOpen),
        ["resets after the whole"] = text => RawAnswer.Status(200, text, RawEnd.Reset),
    };

    public static TheoryData<string> WithoutAnswer => [.. NoAnswers.Keys];

    public static TheoryData<string> WithHalf => [.. Halves.Keys];

    public static TheoryData<string> WithOddity => [.. Oddities.Keys];

    [Theory]
    [MemberData(nameof(WithoutAnswer))]
    public async Task A_backend_that_gives_no_answer_costs_only_what_must_not_be_repeated(string fault)
    {
        await using var primary = new RawBackend(_ => NoAnswers[fault]);
        await using var secondary = new RawBackend(Good);
        var gateway = await BetweenAsync(primary.Url, secondary.Url, config =>
        {
            config["Failover:Pools:api:Attempts:Timeout"] = fault == "is silent" ? "500ms" : "8s";
            config["Failover:Pools:api:Attempts:Deadline"] = fault == "is silent" ? "2s" : "20s";
            config["Failover:Pools:api:Hold:Timeout"] = "1s";
        });
        foreach (var method in Methods)
        {
            var reply = await SendAsync(gateway, method);

            var seen = $"{method}: {reply.Text}";
            if (method == "POST")
            {
                Assert.True(reply.Status == (fault == "is silent" ? 504 : 502), seen);
                Assert.Equal(("unknown", "1"), (reply.Header("X-Failover-Outcome"), reply.Header("X-Failover-Attempts")));
                Assert.Equal((1, 0), (primary.Executions(method), secondary.Executions(method)));
                continue;
            }

            Assert.True(reply is { Status: 200, IsWhole: true }, seen);
            Assert.True(reply.Content == (method == "HEAD" ? string.Empty : method), seen);
            Assert.Equal(("secondary", "2"), (reply.Header("X-Failover-Backend"), reply.Header("X-Failover-Attempts")));
            // .NET may send what is safe once more by itself.
            Assert.InRange(primary.Executions(method), 1, method == "PUT" ? 1 : 4);
            Assert.True(secondary.Executions(method) == 1, seen);
        }

        await AssertCountedAsync(gateway, rescued: 3, failed: 1);
        var metrics = await gateway.MetricsAsync();
        Assert.Equal((4, 0), (metrics.Sum("gateway_attempts_total", "backend=\"primary\""), metrics.Sum("gateway_attempts_total", "backend=\"primary\"", "result=\"good\"")));
        Assert.Equal((3, 3), (metrics.Sum("gateway_attempts_total", "backend=\"secondary\""), metrics.Sum("gateway_attempts_total", "backend=\"secondary\"", "result=\"good\"")));
    }

    [Theory]
    [MemberData(nameof(WithHalf))]
    public async Task Half_an_answer_is_visibly_half(string fault)
    {
        await using var primary = new RawBackend(request => request.Method == "HEAD" ? Halves[fault].WithoutBody() : Halves[fault]);
        await using var secondary = new RawBackend(Good);
        var gateway = await BetweenAsync(primary.Url, secondary.Url);
        foreach (var method in Methods)
        {
            var reply = await SendAsync(gateway, method);

            var seen = $"{method}, reset {reply.WasReset}: {reply.Text}";
            AssertHalf(reply, method, seen);
            Assert.True((1, 0) == (primary.Executions(method), secondary.Executions(method)), seen);
        }

        await AssertCountedAsync(gateway, ok: 1, failed: 3);
        var metrics = await gateway.MetricsAsync();
        Assert.Equal(3, metrics.Sum("gateway_attempts_total", "backend=\"primary\"", "result=\"broken\""));
        Assert.Equal(0, metrics.Sum("gateway_attempts_total", "backend=\"secondary\""));
    }

    [Theory]
    [MemberData(nameof(WithOddity))]
    public async Task An_odd_answer_is_passed_on_whole_and_spoils_no_other(string oddity)
    {
        await using var primary = new RawBackend(request => Odd(oddity, request));
        await using var secondary = new RawBackend(Good);
        var gateway = await BetweenAsync(primary.Url, secondary.Url);
        foreach (var id in Methods.Concat(Methods).Select((method, number) => $"{method} {number}"))
        {
            var method = id.Split(' ')[0];
            var reply = await RawClient.SendAsync(gateway, method, "/api/data", id, BodyOf(method));

            var seen = $"{method}, reset {reply.WasReset}: {reply.Text}";
            Assert.True(reply is { Status: 200, IsWhole: true }, seen);
            Assert.True(reply.Content == (method == "HEAD" ? string.Empty : id), seen);
            Assert.True(reply.Header("X-Failover-Backend") == "primary", seen);
            Assert.Equal((1, 0), (primary.Executions(id), secondary.Executions(id)));
        }

        await AssertCountedAsync(gateway, ok: 8);
    }

    // A server that has seen enough of an upload may say so and hang up. Whether its word gets through depends on how it hangs up.
    [Theory]
    [InlineData("PUT", nameof(RawEnd.Fin))]
    [InlineData("POST", nameof(RawEnd.Fin))]
    [InlineData("PUT", nameof(RawEnd.Reset))]
    [InlineData("POST", nameof(RawEnd.Reset))]
    public async Task An_upload_that_is_refused_early_ends_and_is_not_repeated(string method, string then)
    {
        await using var primary = new RawBackend(_ => RawAnswer.Status(413, "too large", Enum.Parse<RawEnd>(then)), atHead: true);
        await using var secondary = new RawBackend(Good);
        var gateway = await BetweenAsync(primary.Url, secondary.Url);
        using var request = new HttpRequestMessage(new HttpMethod(method), "api/data") { Content = new ByteArrayContent(new byte[8 * 1024 * 1024]) };
        request.Headers.Add("X-Request-Id", method);

        using var response = await gateway.Http.SendAsync(request);

        var isUnknown = response.StatusCode == HttpStatusCode.BadGateway && response.Headers.Contains("X-Failover-Outcome");
        Assert.True(response.StatusCode == HttpStatusCode.RequestEntityTooLarge || (then == nameof(RawEnd.Reset) && isUnknown), $"{response}");
        Assert.Equal((1, 0), (primary.Executions(method), secondary.Executions(method)));
    }

    /// <summary>Where nothing was passed on yet the gateway can still say what happened; else the client must see that the answer is short.</summary>
    private static void AssertHalf(RawReply reply, string method, string seen)
    {
        if (reply is { Status: 502, IsWhole: true })
        {
            Assert.True(reply.Header("Content-Type") == "application/problem+json", seen);
            Assert.True(method != "POST" || reply.Header("X-Failover-Outcome") == "unknown", seen);
            Assert.DoesNotContain("could not be sent", reply.Content, StringComparison.Ordinal);
            return;
        }

        Assert.True(reply.IsWhole == (method == "HEAD"), seen);
        Assert.True(Half.StartsWith(reply.Content, StringComparison.Ordinal), seen);
    }

    private static Task<RawReply> SendAsync(GatewayProcess gateway, string method) =>
        RawClient.SendAsync(gateway, method, "/api/data", id: method, BodyOf(method));

    private static string? BodyOf(string method) => method is "PUT" or "POST" ? "a body" : null;

    /// <summary>Answers with the request's id.</summary>
    private static RawAnswer Good(RawRequest request) =>
        request.Method == "HEAD" ? RawAnswer.Status(200, request.Id!).WithoutBody() : RawAnswer.Status(200, request.Id!);

    private static RawAnswer Odd(string oddity, RawRequest request)
    {
        var answer = Oddities[oddity](request.Id!);
        answer = request.Method == "HEAD" && oddity != "says other things before" ? answer.WithoutBody() : answer;
        return oddity == "drips" ? answer.Dripping() : answer;
    }

    private static async Task AssertCountedAsync(GatewayProcess gateway, int ok = 0, int rescued = 0, int failed = 0)
    {
        await Eventually.GetAsync(
            "every request is counted", gateway.MetricsAsync, metrics => metrics.Sum("gateway_requests_total") >= ok + rescued + failed);
        var counted = await gateway.MetricsAsync();
        Assert.Equal(
            (ok, rescued, failed, 0),
            (Ended(counted, "ok"), Ended(counted, "rescued"), Ended(counted, "failed"), Ended(counted, "aborted")));
        await Eventually.TrueAsync("nothing is in flight", async () => (await gateway.MetricsAsync()).Sum("gateway_attempts_in_flight") == 0);
    }

    private static double Ended(Metrics metrics, string outcome) => metrics.Sum("gateway_requests_total", $"outcome=\"{outcome}\"");
}
