using Gateway.EndToEnd.Harness;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.EndToEnd;

/// <summary>Where nothing was sent, or the backend itself says that it has begun nothing, every request may go to the next one, a POST too.</summary>
public sealed class NothingSentTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private static readonly string[] Methods = ["GET", "HEAD", "PUT", "POST", "PATCH"];

    [Theory]
    [InlineData("refuses")]
    [InlineData("never accepts")]
    public async Task A_connection_that_is_not_made_costs_no_request(string how)
    {
        await using var full = await FullBacklog.StartAsync();
        await using var secondary = new RawBackend(request => request.Method == "HEAD" ? RawAnswer.OkHead : RawAnswer.Ok);
        var primary = how == "refuses" ? new Uri($"http://127.0.0.1:{Ports.Take()}/") : full.Url;
        var gateway = await BetweenAsync(primary, secondary.Url, config =>
        {
            config["Failover:Pools:api:Attempts:ConnectTimeout"] = "300ms";
            config["Failover:Pools:api:Attempts:Timeout"] = "1s";
        });
        foreach (var method in Methods)
        {
            var body = method is "GET" or "HEAD" ? null : "a body";
            var reply = await RawClient.SendAsync(gateway, method, "/api/data", method, body);

            Assert.True(reply is { Status: 200, IsWhole: true }, $"{method}: {reply.Text}");
            Assert.Equal(("secondary", "2", null), (reply.Header("X-Failover-Backend"), reply.Header("X-Failover-Attempts"), reply.Header("X-Failover-Outcome")));
            Assert.Equal(body ?? string.Empty, Assert.Single(secondary.Requests, request => request.Id == method).Content);
        }

        var metrics = await gateway.MetricsAsync();
        Assert.Equal(Methods.Length, metrics.Sum("gateway_requests_total", "outcome=\"rescued\""));
        // Where there is no content to be asked for, nobody can tell a connection that is not made from an answer that does not come.
        var silent = how == "refuses" ? 0 : Methods.Count(method => method is "GET" or "HEAD");
        Assert.Equal(silent, metrics.Sum("gateway_attempts_total", "backend=\"primary\"", "result=\"timeout\""));
        Assert.Equal(Methods.Length - silent, metrics.Sum("gateway_attempts_total", "backend=\"primary\"", "result=\"connect\""));
    }

    // .NET does not tell a GOAWAY that leaves a request out from a stream that was reset: what must not be repeated is not.
    [Theory]
    [InlineData(Http2End.RefusesTheStream, "GET,PUT,POST,PATCH")]
    [InlineData(Http2End.GoesAwayBeforeIt, "GET,PUT")]
    public async Task A_stream_that_the_backend_says_it_has_not_begun_is_answered_by_the_next(Http2End end, string methods)
    {
        await using var primary = new Http2Backend(end);
        await using var secondary = await KestrelBackend.StartAsync(EchoAsync, HttpProtocols.Http2);
        var gateway = await BetweenAsync(primary.Url, secondary.Url, config => SpeaksHttp2(config, secondary));
        foreach (var method in methods.Split(','))
        {
            var body = method == "GET" ? null : $"the body of {method}";
            var reply = await RawClient.SendAsync(gateway, method, "/api/data", method, body);

            Assert.True(reply is { Status: 200, IsWhole: true }, $"{method}: {reply.Text}");
            Assert.Equal(body ?? string.Empty, reply.Content);
            Assert.Equal(("secondary", "2", null), (reply.Header("X-Failover-Backend"), reply.Header("X-Failover-Attempts"), reply.Header("X-Failover-Outcome")));
            Assert.Equal(1, secondary.Executions(method));
        }

        Assert.True(primary.Requests >= methods.Split(',').Length);
    }

    [Theory]
    [InlineData(Http2End.ResetsTheStream)]
    [InlineData(Http2End.GoesAwayAfterIt)]
    public async Task A_stream_that_the_backend_may_have_begun_is_repeated_only_where_that_is_safe(Http2End end)
    {
        await using var primary = new Http2Backend(end);
        await using var secondary = await KestrelBackend.StartAsync(EchoAsync, HttpProtocols.Http2);
        var gateway = await BetweenAsync(primary.Url, secondary.Url, config => SpeaksHttp2(config, secondary));

        var posted = await RawClient.SendAsync(gateway, "POST", "/api/data", "post", "a body");
        Assert.True(posted.Status == 502, posted.Text);
        Assert.Equal(("1", "unknown"), (posted.Header("X-Failover-Attempts"), posted.Header("X-Failover-Outcome")));
        Assert.Equal((1, 0), (primary.Requests, secondary.Executions("post")));

        var put = await RawClient.SendAsync(gateway, "PUT", "/api/data", "put", "a body");
        Assert.True(put is { Status: 200, Content: "a body" }, put.Text);
        Assert.Equal((2, 1), (primary.Requests, secondary.Executions("put")));
    }

    private static void SpeaksHttp2(GatewayConfig config, KestrelBackend healthy)
    {
        config["ReverseProxy:Clusters:api:HttpRequest:Version"] = "2";
        config["ReverseProxy:Clusters:api:HttpRequest:VersionPolicy"] = "RequestVersionExact";
        config["ReverseProxy:Clusters:api:Destinations:primary:Health"] = healthy.Url.ToString();
    }

    private static Task EchoAsync(HttpContext context)
    {
        context.Response.ContentLength = context.Request.ContentLength ?? 0;
        return context.Request.Body.CopyToAsync(context.Response.Body);
    }
}
