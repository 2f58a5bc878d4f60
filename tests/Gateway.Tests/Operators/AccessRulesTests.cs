using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Yarp.ReverseProxy.Model;

namespace Gateway.Tests.Operators;

/// <summary>Who may change something.</summary>
public class AccessRulesTests
{
    [Theory]
    [InlineData(null, true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.9.9.9", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("fd00::7", true)]
    [InlineData("11.1.2.3", false)]
    [InlineData("::ffff:11.1.2.3", false)]
    [InlineData("fe80::1", false)]
    [InlineData("203.0.113.9", false)]
    public async Task Changes_come_from_loopback_or_from_a_trusted_network(string? from, bool allowed)
    {
        await using var gateway = RunningGateway.Build(Settings.TwoTiers()
            .With("Failover:Operators:TrustedNetworks:0", "10.0.0.0/8").With("Failover:Operators:TrustedNetworks:1", "fd00::/8"));

        var context = await CallAsync(gateway, "/proxy/fail", from is null ? null : IPAddress.Parse(from), origin: null);

        // Faults are not allowed either, but that is said by the endpoint itself.
        Assert.Equal(403, context.Response.StatusCode);
        Assert.Equal(allowed, Body(context).Contains("Faults are not allowed here", StringComparison.Ordinal));
        Assert.Equal(!allowed, Body(context).Contains("is in neither.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "gw.example:8021", true)]
    [InlineData("http://localhost:8021", "localhost:8021", true)]
    [InlineData("HTTP://LOCALHOST:8021", "localhost:8021", true)]
    [InlineData("http://10.1.2.3", "10.1.2.3", true)]
    [InlineData("http://localhost", "localhost:80", true)]
    [InlineData("http://localhost:80", "localhost", true)]
    [InlineData("https://localhost", "localhost:443", true)]
    [InlineData("https://localhost:443", "localhost", true)]
    // A name of the attacker's that he has made to point at this gateway: page and gateway are then of one origin.
    [InlineData("http://attacker.example:8021", "attacker.example:8021", false)]
    [InlineData("http://localhost.attacker.example", "localhost.attacker.example", false)]
    [InlineData("http://localhost:8022", "localhost:8021", false)]
    [InlineData("http://[::1]:8021", "[::1]:8021", true)]
    [InlineData("https://console.example", "gw.example", true)]
    [InlineData("https://CONSOLE.example", "gw.example", true)]
    [InlineData("http://console.example", "gw.example", false)]
    [InlineData("https://console.example:444", "gw.example", false)]
    [InlineData("http://gw.example:8022", "gw.example:8021", false)]
    [InlineData("http://gw.example", "gw.example:8021", false)]
    [InlineData("http://evil.example", "gw.example", false)]
    [InlineData("http://gw.example.evil.example", "gw.example", false)]
    [InlineData("http://gw.example@evil.example", "gw.example", false)]
    [InlineData("null", "gw.example", false)]
    [InlineData("file://", "gw.example", false)]
    [InlineData("nonsense", "gw.example", false)]
    [InlineData("http://gw.example, http://evil.example", "gw.example", false)]
    public async Task Out_of_a_browser_they_come_from_a_page_of_ours_or_of_an_allowed_origin(string? origin, string host, bool allowed)
    {
        await using var gateway = RunningGateway.Build(Settings.TwoTiers().With("Failover:Operators:AllowedOrigins:0", "https://console.example"));

        var context = await CallAsync(gateway, "/proxy/fail", IPAddress.Loopback, origin, host);

        Assert.Equal(!allowed, Body(context).Contains("The call comes out of a page of another origin", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_endpoint_that_changes_something_is_guarded_against_strange_networks_and_every_feed_against_strange_pages()
    {
        await using var gateway = RunningGateway.Build();
        var ours = gateway.Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<RouteModel>() is null).ToList();
        var changing = ours.Where(endpoint => Methods(endpoint).Any(method => method is "POST" or "DELETE") && !IsLive(endpoint)).ToList();
        var feeds = ours.Where(endpoint => Methods(endpoint).Count == 0 || IsLive(endpoint) || endpoint.RoutePattern.RawText == "/proxy/events").ToList();
        var reading = ours.Except(changing).Except(feeds).ToList();

        Assert.True(changing.Count >= 10, $"{changing.Count} endpoints change something.");
        Assert.Superset(
            new HashSet<string?> { "/proxy/live", "/proxy/live/negotiate", "/proxy/events", "/proxy/logs" }, feeds.Select(endpoint => endpoint.RoutePattern.RawText).ToHashSet());
        Assert.All(reading, endpoint => Assert.Equal(["GET"], Methods(endpoint).Except(["HEAD"])));
        foreach (var endpoint in changing.Concat(feeds))
        {
            // An endpoint may have a 403 of its own, such as for faults that are not allowed; the guard's is told by its words.
            var context = await CallAsync(gateway, endpoint, IPAddress.Loopback, "http://evil.example");
            Assert.True(
                context.Response.StatusCode == 403 && Body(context).Contains("a page of another origin", StringComparison.Ordinal),
                $"{endpoint.RoutePattern.RawText} answers a page of a stranger with {context.Response.StatusCode}: {Body(context)}");
        }

        foreach (var endpoint in changing)
        {
            var context = await CallAsync(gateway, endpoint, IPAddress.Parse("203.0.113.9"), origin: null);
            Assert.True(
                context.Response.StatusCode == 403 && Body(context).Contains("is in neither", StringComparison.Ordinal),
                $"{endpoint.RoutePattern.RawText} answers a strange network with {context.Response.StatusCode}: {Body(context)}");
        }
    }

    [Fact]
    public async Task The_rules_in_force_are_those_of_the_latest_configuration()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.RemoteAddress = IPAddress.Parse("10.1.2.3");
        using var before = await gateway.PostAsync("/proxy/pools/api/hold");
        Assert.Equal(HttpStatusCode.Forbidden, before.StatusCode);

        gateway.Settings["Failover:Operators:TrustedNetworks:0"] = "10.0.0.0/8";
        await gateway.ReloadAsync();

        using var after = await gateway.PostAsync("/proxy/pools/api/hold");
        Assert.Equal(HttpStatusCode.Accepted, after.StatusCode);
    }

    private static bool IsLive(RouteEndpoint endpoint) => endpoint.RoutePattern.RawText!.StartsWith("/proxy/live", StringComparison.Ordinal);

    private static IReadOnlyList<string> Methods(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [];

    private static Task<DefaultHttpContext> CallAsync(
        RunningGateway gateway, string path, IPAddress? from, string? origin, string host = "gw.example") =>
        CallAsync(gateway, gateway.Endpoints.Single(endpoint => endpoint.RoutePattern.RawText == path), from, origin, host);

    // Straight into the endpoint: what stands before it in the pipeline guards nothing.
    private static async Task<DefaultHttpContext> CallAsync(
        RunningGateway gateway, RouteEndpoint endpoint, IPAddress? from, string? origin, string host = "gw.example")
    {
        var context = new DefaultHttpContext { RequestServices = gateway.Services };
        context.Request.Method = "POST";
        context.Request.Host = new HostString(host);
        context.Connection.RemoteIpAddress = from;
        context.Request.Headers.Origin = origin;
        context.Request.RouteValues = new RouteValueDictionary { ["pool"] = "api", ["backend"] = "primary" };
        context.Response.Body = new MemoryStream();
        await endpoint.RequestDelegate!(context);
        return context;
    }

    private static string Body(DefaultHttpContext context) => System.Text.Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray());
}
