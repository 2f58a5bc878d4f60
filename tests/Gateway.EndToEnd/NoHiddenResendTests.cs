using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>
/// What must not be done twice is not done twice, counted where it is done. .NET's own client sends a request without a body up to three times
/// more when the backend hangs up before it answers, a POST as readily as a GET; nobody sees it but the backend.
/// </summary>
public sealed class NoHiddenResendTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const string Prime = "prime";

    /// <summary>With null there is neither a body nor a length, which only a raw client can say.</summary>
    [Theory]
    [InlineData("POST", null)]
    [InlineData("POST", "")]
    [InlineData("POST", "a body")]
    [InlineData("PATCH", null)]
    [InlineData("PATCH", "")]
    [InlineData("PATCH", "a body")]
    [InlineData("PURGE", null)]
    public async Task An_unsafe_request_that_dies_in_flight_was_executed_once_and_the_client_is_told(string method, string? body)
    {
        await using var primary = new RawBackend(HangUp);
        await using var secondary = new RawBackend(_ => RawAnswer.Ok);
        await using var gateway = await BetweenAsync(primary.Url, secondary.Url);
        foreach (var (end, reused, id) in Ends())
        {
            await PrimeAsync(gateway, reused);

            var reply = await RawClient.SendAsync(gateway, method, "/api/data", id, body);

            var circumstances = $"{method} with body '{body}', {end}, {(reused ? "reused" : "fresh")} connection: {reply.Text}";
            Assert.True(primary.Executions(id) == 1, $"executed {primary.Executions(id)} times by the primary. {circumstances}");
            Assert.True(secondary.Executions(id) == 0, $"executed {secondary.Executions(id)} times by the secondary. {circumstances}");
            Assert.Equal(reused, primary.Requests.Last().Number > 1);
            Assert.Equal(502, reply.Status);
            Assert.Equal("application/problem+json", reply.Header("Content-Type"));
            Assert.Equal("unknown", reply.Header("X-Failover-Outcome"));
            Assert.Equal("1", reply.Header("X-Failover-Attempts"));
            Assert.Contains("may have been executed", reply.Text, StringComparison.Ordinal);
        }
    }

    // With the field a backend has the head of the request before anybody asks for its body: to .NET, and once to us, it looked unsent.
    [Fact]
    public async Task A_post_that_expects_100_continue_is_executed_once_too()
    {
        await using var primary = new RawBackend(HangUp);
        await using var secondary = new RawBackend(_ => RawAnswer.Ok);
        await using var gateway = await BetweenAsync(primary.Url, secondary.Url);
        foreach (var (end, reused, id) in Ends())
        {
            await PrimeAsync(gateway, reused);
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/data") { Content = new StringContent("a body") };
            request.Headers.ExpectContinue = true;
            request.Headers.Add("X-Request-Id", id);

            using var response = await gateway.Http.SendAsync(request);

            Assert.True(primary.Executions(id) == 1, $"executed {primary.Executions(id)} times by the primary, {end}, reused {reused}.");
            Assert.True(secondary.Executions(id) == 0, $"executed {secondary.Executions(id)} times by the secondary, {end}, reused {reused}.");
            Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task A_request_that_may_be_repeated_is_rescued(string method)
    {
        await using var primary = new RawBackend(HangUp);
        await using var secondary = new RawBackend(request => request.Method == "HEAD" ? RawAnswer.OkHead : RawAnswer.Ok);
        await using var gateway = await BetweenAsync(primary.Url, secondary.Url);
        var rescued = 0;
        foreach (var (end, reused, id) in Ends())
        {
            await PrimeAsync(gateway, reused);

            using var response = await SendAsync(gateway, method, id, body: null);

            var circumstances = $"{method}, {end}, {(reused ? "reused" : "fresh")} connection: {(int)response.StatusCode}";
            Assert.True(response.StatusCode == HttpStatusCode.OK, circumstances);
            Assert.True(primary.Executions(id) >= 1, circumstances);
            Assert.True(secondary.Executions(id) == 1, $"executed {secondary.Executions(id)} times by the secondary. {circumstances}");
            Assert.Equal(["secondary"], response.Headers.GetValues("X-Failover-Backend"));
            Assert.Equal(++rescued, (await gateway.MetricsAsync()).Sum("gateway_requests_total", "outcome=\"rescued\""));
        }
    }

    [Fact]
    public async Task A_post_whose_backend_answers_badly_is_not_repeated_and_a_get_is()
    {
        await using var primary = new RawBackend(_ => RawAnswer.Status(503, "later"));
        await using var secondary = new RawBackend(_ => RawAnswer.Ok);
        await using var gateway = await BetweenAsync(primary.Url, secondary.Url);

        using var posted = await SendAsync(gateway, "POST", "post", "a body");
        using var got = await SendAsync(gateway, "GET", "get", body: null);

        Assert.Equal((503, "later"), ((int)posted.StatusCode, await posted.Content.ReadAsStringAsync()));
        Assert.Equal((1, 0), (primary.Executions("post"), secondary.Executions("post")));
        Assert.Equal(HttpStatusCode.OK, got.StatusCode);
        Assert.Equal((1, 1), (primary.Executions("get"), secondary.Executions("get")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(300_000)]
    public async Task A_post_to_a_refused_port_is_answered_by_the_next_backend_with_its_whole_body(int length)
    {
        var secondary = await BackendAsync("secondary");
        await using var gateway = await BetweenAsync(new Uri($"http://127.0.0.1:{Ports.Take()}/"), secondary.Url);
        var body = RandomNumberGenerator.GetHexString(length);

        using var response = await SendAsync(gateway, "POST", "refused", length == 0 ? null : body);
        var answer = (await response.Content.ReadFromJsonAsync<Answer>())!;

        Assert.Equal(("secondary", "POST", length), (answer.Name, answer.Method, answer.Length));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.Latin1.GetBytes(body))), answer.Sha256);
        Assert.Equal(["2"], response.Headers.GetValues("X-Failover-Attempts"));
        Assert.Equal(1, await secondary.ExecutionsAsync("refused"));
    }

    [Fact]
    public async Task A_connection_that_an_idle_backend_has_closed_costs_no_post()
    {
        await using var primary = new RawBackend(request => request.Id == Prime ? RawAnswer.Status(200, "OK", RawEnd.Fin) : RawAnswer.Ok);
        await using var secondary = new RawBackend(_ => RawAnswer.Ok);
        await using var gateway = await BetweenAsync(primary.Url, secondary.Url);
        foreach (var id in Enumerable.Range(0, 20).Select(number => $"post-{number}"))
        {
            var closed = primary.Closed;
            await PrimeAsync(gateway, reused: true);
            // Idle means that it was closed before the POST came; in the instant between nobody can tell.
            await Eventually.TrueAsync("the primary has closed the connection", () => primary.Closed > closed);
            var reply = await RawClient.SendAsync(gateway, "POST", "/api/data", id);

            Assert.Equal(200, reply.Status);
            Assert.Equal(1, primary.Executions(id) + secondary.Executions(id));
        }
    }

    [Fact]
    public async Task A_post_whose_backend_is_killed_in_the_middle_was_executed_once()
    {
        var (primary, secondary) = await BackendsAsync();
        var gateway = await GatewayAsync(ConfigFor(primary, secondary));
        await primary.FailAsync("slow");

        var sending = SendAsync(gateway, "POST", "killed", "a body");
        await Eventually.TrueAsync("the primary executes it", async () => await primary.ExecutionsAsync("killed") == 1);
        primary.Send(Signal.Kill);
        using var response = await sending;

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal(["unknown"], response.Headers.GetValues("X-Failover-Outcome"));
        Assert.Equal(0, await secondary.ExecutionsAsync("killed"));
    }

    [Fact]
    public async Task A_post_that_gets_no_answer_in_time_may_have_been_executed_and_is_not_repeated()
    {
        await using var primary = new RawBackend(_ => RawAnswer.Silence);
        await using var secondary = new RawBackend(_ => RawAnswer.Ok);
        await using var gateway = await BetweenAsync(primary.Url, secondary.Url, config =>
        {
            config["Failover:Pools:api:Attempts:Timeout"] = "1s";
            config["ReverseProxy:Clusters:api:HttpRequest:ActivityTimeout"] = "00:00:02";
        });

        using var response = await SendAsync(gateway, "POST", "silent", "a body");

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["unknown"], response.Headers.GetValues("X-Failover-Outcome"));
        Assert.Equal((1, 0), (primary.Executions("silent"), secondary.Executions("silent")));
    }

    /// <summary>Each ends its connection, so that the next one begins on a fresh one unless it is primed.</summary>
    private static IEnumerable<(RawEnd End, bool Reused, string Id)> Ends() =>
        from end in new[] { RawEnd.Fin, RawEnd.Reset }
        from reused in new[] { false, true }
        select (end, reused, $"{end}-{reused}");

    private static RawAnswer HangUp(RawRequest request) => request.Id switch
    {
        Prime => RawAnswer.Ok,
        { } id when id.StartsWith(nameof(RawEnd.Fin), StringComparison.Ordinal) => RawAnswer.CloseWithFin,
        _ => RawAnswer.CloseWithReset,
    };

    /// <summary>Has the gateway open a connection and keep it.</summary>
    private static async Task PrimeAsync(GatewayProcess gateway, bool reused)
    {
        if (reused)
        {
            using var response = await SendAsync(gateway, "GET", Prime, body: null);
            await response.Content.ReadAsStringAsync();
            Assert.Equal(["primary"], response.Headers.GetValues("X-Failover-Backend"));
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(GatewayProcess gateway, string method, string id, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "api/data");
        request.Headers.Add("X-Request-Id", id);
        request.Content = body is null ? null : new StringContent(body);
        return await gateway.Http.SendAsync(request);
    }

    private sealed record Answer(string Name, string Method, int? Length, string? Sha256);
}
