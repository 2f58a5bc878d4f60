using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Failover.Attempts;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;
using Gateway.Failover.Proxying;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace Gateway.Tests.Attempts;

/// <summary>A request that is addressed to another backend is the same request.</summary>
public class RequestShapeTests
{
    [Theory]
    [InlineData("http://a.test/", "http://b.test/", "http://a.test/api/x?y=%20z", "http://b.test/api/x?y=%20z")]
    [InlineData("http://a.test:3001", "https://b.test/", "http://a.test:3001/api", "https://b.test/api")]
    [InlineData("http://a.test/base/", "http://b.test/other/place/", "http://a.test/base/api?q", "http://b.test/other/place/api?q")]
    [InlineData("http://a.test/", "http://b.test/prefix", "http://a.test/", "http://b.test/prefix/")]
    [InlineData("http://A.test/", "http://b.test/", "http://a.test/x", "http://b.test/x")]
    [InlineData("http://a.test/", "http://b.test/", "http://a.test/one%2Ftwo", "http://b.test/one%2Ftwo")]
    [InlineData("http://a.test/", "http://b.test:99/", "http://elsewhere.test:5/own/path?q", "http://b.test:99/own/path?q")]
    // What only begins like the backend's address is not under it.
    [InlineData("http://a.test:80", "http://b.test:81", "http://a.test:8080/x", "http://b.test:81/x")]
    [InlineData("http://a.test/base", "http://b.test/base", "http://a.test/basement", "http://b.test/basement")]
    public void The_address_is_the_other_ones_and_the_rest_stays(string from, string to, string uri, string expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        RequestShape.Retarget(request, Destination(from), Destination(to), View(1));
        Assert.Equal(new Uri(expected).AbsoluteUri, request.RequestUri!.AbsoluteUri);
    }

    [Theory]
    [InlineData(null, null, null, null)]
    [InlineData("a.host", "b.host", "a.host", "b.host")]
    [InlineData("a.host", null, "a.host", null)]
    [InlineData(null, "b.host", null, "b.host")]
    [InlineData(null, "b.host", "clients.own", "clients.own")]
    [InlineData("a.host", "b.host", "a.transforms.own", "a.transforms.own")]
    public void The_Host_field_is_the_other_ones_unless_it_was_the_clients(string? from, string? to, string? sent, string? expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://a.test/");
        request.Headers.Host = sent;
        RequestShape.Retarget(request, Destination("http://a.test/", from), Destination("http://b.test/", to), View(1));
        Assert.Equal(expected, request.Headers.Host);
    }

    [Fact]
    public void It_tells_the_number_of_the_verdict_as_it_is_now()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://a.test/");
        RequestShape.Clean(request, View(6), new LoopGuard());
        RequestShape.Retarget(request, Destination("http://a.test/"), Destination("http://b.test/"), View(7));
        Assert.Equal(["7;primary"], request.Headers.GetValues("X-Failover-Epoch"));
    }

    // With the field the backend has the request before anybody asks for its content, and .NET would send it again.
    [Theory]
    [InlineData("POST", true)]
    [InlineData("POST", false)]
    [InlineData("DELETE", false)]
    public void What_has_an_effect_is_never_sent_expecting_100_continue(string method, bool hasBody)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "http://a.test/");
        request.Headers.ExpectContinue = true;
        Assert.True(RequestShape.NeedsContent(request, Context(hasBody), RequestMethod.Unsafe, out var has));
        Assert.Equal(hasBody, has);
        Assert.False(request.Headers.Contains("Expect"));
    }

    [Fact]
    public void A_request_without_a_body_says_a_length_of_0_whatever_fields_come_with_it()
    {
        using var fields = new ByteArrayContent([]);
        fields.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        using var content = new SentTracking(fields, isEmpty: true, CancellationToken.None);
        Assert.Equal(0, content.Headers.ContentLength);
        Assert.Equal("application/json", content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("POST", "k-1", true, RequestMethod.Idempotent)]
    [InlineData("PATCH", "k-1", true, RequestMethod.Idempotent)]
    [InlineData("POST", "k-1", false, RequestMethod.Unsafe)]
    [InlineData("POST", "", true, RequestMethod.Unsafe)]
    [InlineData("POST", null, true, RequestMethod.Unsafe)]
    [InlineData("PROPFIND", "k-1", true, RequestMethod.Unsafe)]
    public void A_key_makes_a_post_repeatable_where_its_route_says_so(string method, string? key, bool allowed, RequestMethod expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "http://a.test/");
        var context = new DefaultHttpContext();
        context.Request.Headers["Idempotency-Key"] = key;
        Assert.Equal(expected, RequestShape.MethodOf(request, context, new FailoverRouteOptions { IdempotencyKey = allowed }));
    }

    [Theory]
    [InlineData("text/event-stream", null, true)]
    [InlineData(null, "application/grpc+proto", true)]
    [InlineData("application/json", "application/json", false)]
    [InlineData(null, null, false)]
    public void An_event_stream_and_a_grpc_call_may_be_silent(string? accept, string? type, bool expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://a.test/");
        var context = new DefaultHttpContext();
        context.Request.Headers.Accept = accept;
        context.Request.ContentType = type;
        Assert.Equal(expected, RequestShape.IsStream(request, context));
    }

    // Only what comes from a gateway is marked, so that clients' requests cost nothing; the second time round it is noticed.
    [Fact]
    public void A_request_that_comes_round_again_is_noticed()
    {
        var loops = new LoopGuard();
        using var first = new HttpRequestMessage(HttpMethod.Get, "http://a.test/");
        RequestShape.Clean(first, View(1), loops);
        Assert.False(first.Headers.Contains("X-Failover-Via"));
        using var second = new HttpRequestMessage(HttpMethod.Get, "http://a.test/");
        second.Headers.TryAddWithoutValidation("X-Failover-Epoch", "1;primary");
        RequestShape.Clean(second, View(1), loops);
        var via = Assert.Single(second.Headers.GetValues("X-Failover-Via"));

        var third = new DefaultHttpContext();
        third.Request.Headers["X-Failover-Via"] = "somebody, " + via;
        Assert.True(loops.Closes(third.Request));
        Assert.False(new LoopGuard().Closes(third.Request));
        Assert.Equal(1, loops.Loops);
    }

    [Theory]
    [InlineData("h2c", false, RequestMethod.Safe)]
    [InlineData("websocket", true, RequestMethod.Unsafe)]
    public void Only_an_upgrade_that_is_passed_on_is_one(string wanted, bool passedOn, RequestMethod expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://a.test/");
        var context = new DefaultHttpContext();
        context.Request.Headers.Upgrade = wanted;
        if (passedOn)
        {
            request.Headers.TryAddWithoutValidation("Upgrade", wanted);
        }

        Assert.Equal(expected, RequestShape.MethodOf(request, context, new FailoverRouteOptions()));
    }

    private static DefaultHttpContext Context(bool hasBody)
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpRequestBodyDetectionFeature>(new BodyDetection(hasBody));
        return context;
    }

    private static PoolView View(int epoch)
    {
        var definition = new PoolDefinition(new PoolId("api"), [new Tier([new BackendId("primary")])], PoolTuning.Default);
        return new PoolView(PoolState.Create(definition, default) with { Epoch = new Epoch(epoch) }, awaited: null, new PoolOptions());
    }

    private static DestinationState Destination(string address, string? host = null) =>
        new("x", new DestinationModel(new DestinationConfig { Address = address, Host = host }));

    private sealed record BodyDetection(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;
}
