using System.Net;
using System.Net.WebSockets;
using Gateway.Core;
using Gateway.Failover.Engine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Tests.Proxying;

/// <summary>What YARP does, it goes on doing.</summary>
public class ForwardingTests
{
    private static Settings TwoMembers() => Settings.TwoTiers().Without("Failover:Pools:api:Tiers")
        .With("ReverseProxy:Clusters:api:Destinations:third:Address", "http://third.test/")
        .With("Failover:Pools:api:Tiers:0:0", "primary").With("Failover:Pools:api:Tiers:0:1", "secondary").With("Failover:Pools:api:Tiers:1", "third");

    [Fact]
    public async Task Load_is_balanced_inside_the_active_tier_and_nowhere_else()
    {
        var client = new ScriptedClient(attempt => attempt.AnswerAsync());
        await using var gateway = await RunningGateway.StartAsync(
            TwoMembers().With("ReverseProxy:Clusters:api:LoadBalancingPolicy", "RoundRobin"), proxy: client.Use);

        for (var request = 0; request < 10; request++)
        {
            await gateway.Client.GetStringAsync("/api/x");
        }

        Assert.Equal(["primary", "secondary"], client.Tried.Distinct().Order());
        Assert.Equal(5, client.Tried.Count(backend => backend == "primary"));

        await gateway.ProbedAsync("primary", passed: false, times: 2);
        Assert.Equal("secondary", await gateway.Client.GetStringAsync("/api/x"));
        Assert.Equal("secondary", await gateway.Client.GetStringAsync("/api/x"));
        await gateway.ProbedAsync("secondary", passed: false, times: 2);
        Assert.Equal("third", await gateway.Client.GetStringAsync("/api/x"));
    }

    [Fact]
    public async Task Within_a_tier_a_retry_goes_to_the_other_member_first()
    {
        var client = new ScriptedClient(attempt => attempt.Backend == "third" ? attempt.AnswerAsync() : Attempt.RefuseAsync());
        await using var gateway = await RunningGateway.StartAsync(TwoMembers(), proxy: client.Use);

        Assert.Equal("third", await gateway.Client.GetStringAsync("/api/x"));
        Assert.Equal(["primary", "secondary"], client.Tried.Take(2).Order());
    }

    [Fact]
    public async Task A_session_stays_with_its_backend_inside_the_tier_and_moves_with_the_one_that_answered()
    {
        var broken = string.Empty;
        var client = new ScriptedClient(attempt => attempt.Backend == broken ? Attempt.RefuseAsync() : attempt.AnswerAsync());
        var settings = TwoMembers().With("ReverseProxy:Clusters:api:LoadBalancingPolicy", "RoundRobin")
            .With("ReverseProxy:Clusters:api:SessionAffinity:Enabled", "true").With("ReverseProxy:Clusters:api:SessionAffinity:Policy", "HashCookie")
            .With("ReverseProxy:Clusters:api:SessionAffinity:AffinityKeyName", "stay");
        await using var gateway = await RunningGateway.StartAsync(settings, proxy: client.Use);

        var (first, cookie) = await AskAsync(gateway, cookie: null);
        Assert.NotNull(cookie);
        for (var request = 0; request < 6; request++)
        {
            Assert.Equal(first, (await AskAsync(gateway, cookie)).Backend);
        }

        broken = first;
        var (second, _) = await AskAsync(gateway, cookie);
        Assert.NotEqual(first, second);
        Assert.NotEqual("third", second);

        await gateway.ProbedAsync(first, passed: false, times: 2);
        var (third, moved) = await AskAsync(gateway, cookie);
        Assert.Equal(second, third);
        Assert.NotNull(moved);
        Assert.NotEqual(cookie, moved);
    }

    [Fact]
    public async Task A_cluster_that_is_no_pool_is_stock_YARP()
    {
        var client = new ScriptedClient(_ => Attempt.RefuseAsync());
        var settings = Settings.TwoTiers()
            .With("ReverseProxy:Routes:stock:ClusterId", "stock").With("ReverseProxy:Routes:stock:Match:Path", "/stock/{**rest}")
            .With("ReverseProxy:Clusters:stock:Destinations:one:Address", "http://one.test/")
            .With("ReverseProxy:Clusters:stock:Destinations:two:Address", "http://two.test/");
        await using var gateway = await RunningGateway.StartAsync(settings, proxy: client.Use);

        using var response = await gateway.Client.GetAsync(new Uri("/stock/x", UriKind.Relative));

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        Assert.Single(client.Attempts);
        Assert.DoesNotContain("X-Failover-Epoch", client.Attempts[0].Headers.Keys);
        Assert.Equal(0, gateway.Pool.Counters.Tally.Requests);
    }

    [Fact]
    public async Task What_the_user_did_to_the_HttpClient_stays_done()
    {
        var configured = new List<string>();
        await using var backend = await LocalBackendAsync(context => context.Response.WriteAsync(context.Request.Headers.UserAgent.ToString()));
        await using var gateway = await RunningGateway.StartAsync(
            Settings.TwoTiers(primary: backend.Urls.First()),
            proxy: proxy => proxy.ConfigureHttpClient((context, handler) =>
            {
                configured.Add(context.ClusterId);
                handler.ConnectTimeout = TimeSpan.FromSeconds(3);
            }));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/x");
        request.Headers.TryAddWithoutValidation("User-Agent", "the client's own");
        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal("the client's own", await response.Content.ReadAsStringAsync());
        // The cluster's own, and the backends'.
        Assert.All(configured, cluster => Assert.Equal("api", cluster));
        Assert.True(configured.Count > 1);
    }

    [Fact]
    public async Task A_retry_changes_address_prefix_and_Host_over_real_sockets()
    {
        await using var backend = await LocalBackendAsync(context => context.Response.WriteAsync($"{context.Request.Host} {context.Request.Path}{context.Request.QueryString}"));
        var settings = Settings.TwoTiers(primary: "http://127.0.0.1:1/", secondary: backend.Urls.First() + "/base/")
            .With("ReverseProxy:Clusters:api:Destinations:secondary:Host", "second.example")
            .With("Failover:Pools:api:Probe:Watch", "false");
        await using var gateway = await RunningGateway.StartAsync(settings);

        Assert.Equal("second.example /base/api/x?y=1", await gateway.Client.GetStringAsync("/api/x?y=1"));
        await Eventually.EqualAsync(1, () => gateway.Pool.Members["primary"].Read(AttemptEnd.Connect));
    }

    [Fact]
    public async Task Backends_and_standbys_see_the_epoch_of_the_verdict_in_force()
    {
        var client = new ScriptedClient(attempt => attempt.AnswerAsync(body: attempt.Headers["X-Failover-Epoch"]));
        await using var gateway = await RunningGateway.StartAsync(proxy: client.Use);
        Assert.Equal("1;primary", await gateway.Client.GetStringAsync("/api/x"));

        await gateway.Inbox.AskAsync("api", new Command.Switchover(new BackendId("secondary"), Force: false), "a test", CancellationToken.None);

        Assert.Equal("2;secondary", await gateway.Client.GetStringAsync("/api/x"));
    }

    [Fact]
    public async Task The_first_good_answer_after_a_verdict_is_measured_and_the_figures_are_those_of_the_counters()
    {
        var time = new FakeTimeProvider();
        var client = new ScriptedClient(attempt =>
        {
            time.Advance(TimeSpan.FromMilliseconds(40));
            return attempt.AnswerAsync();
        });
        await using var gateway = await RunningGateway.StartAsync(time: time, proxy: client.Use);
        await gateway.ProbedAsync("secondary", passed: true);
        await gateway.ProbedAsync("primary", passed: false, times: 2);

        // Nobody was asking; the time until somebody does is nobody's waiting.
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("secondary", await gateway.Client.GetStringAsync("/api/x"));
        await Eventually.IsTrueAsync(() => gateway.Pool.View.State.Window!.FirstAnswerAt is not null);
        await Eventually.EqualAsync(1L, () => gateway.Pool.Counters.Tally.Requests);
        await Eventually.IsTrueAsync(() => time.HasTimer(TimeSpan.FromMilliseconds(2_001)));
        time.Advance(TimeSpan.FromMilliseconds(2_001));
        await Eventually.IsTrueAsync(() => gateway.Get<History>().Changes[0].Measured is not null);

        var measured = gateway.Get<History>().Changes[0].Measured!;
        Assert.Equal(TimeSpan.FromMilliseconds(40), measured.Failover);
        Assert.Equal(gateway.Pool.Counters.Tally, measured.Cost);
        await Eventually.IsTrueAsync(() => gateway.Log.Has("failover [api] epoch 2 measured:"));
    }

    [Fact]
    public async Task A_WebSocket_goes_through_and_one_that_falls_silent_is_nobodys_failure()
    {
        await using var backend = await LocalBackendAsync(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[100];
            var got = await socket.ReceiveAsync(buffer, CancellationToken.None);
            await socket.SendAsync(buffer.AsMemory(0, got.Count), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            await socket.ReceiveAsync(buffer, context.RequestAborted);
        });
        var settings = Settings.TwoTiers(primary: backend.Urls.First()).With("ReverseProxy:Clusters:api:HttpRequest:ActivityTimeout", "00:00:02")
            .With("Failover:Pools:api:Judging:FailureStreak", "1").With("Failover:Pools:api:Attempts:Timeout", "1s");
        await using var gateway = await RunningGateway.StartAsync(settings);

        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(gateway.Address) { Scheme = "ws", Path = "/api/ws" }.Uri, CancellationToken.None);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        var buffer = new byte[100];
        var got = await socket.ReceiveAsync(buffer, CancellationToken.None);
        Assert.Equal("hello", System.Text.Encoding.UTF8.GetString(buffer, 0, got.Count));

        await Eventually.EqualAsync(1L, () => gateway.Pool.Counters.Tally.Requests);
        await gateway.IdleAsync();
        Assert.Equal((0L, 0L), (gateway.Pool.Counters.Read(RequestEnd.Failed), gateway.Pool.Members["primary"].Read(AttemptEnd.Broken)));
        Assert.Equal(Health.Unknown, gateway.State("primary").Health);
        Assert.Equal(0, gateway.Pool.Members["primary"].InFlight);
    }

    [Fact]
    public async Task Where_operators_have_disabled_everybody_the_client_is_told_as_well()
    {
        var client = new ScriptedClient(attempt => attempt.AnswerAsync());
        await using var gateway = await RunningGateway.StartAsync(proxy: client.Use);
        await gateway.ProbedAsync("secondary", passed: false, times: 2);
        foreach (var backend in new[] { "secondary", "primary" })
        {
            await gateway.Inbox.AskAsync("api", new Command.Disable(new BackendId(backend)), "a test", CancellationToken.None);
        }

        // The rules refuse to disable the last one that can serve, so somebody is always there to be tried.
        Assert.Equal("primary", await gateway.Client.GetStringAsync("/api/x"));
    }

    private static async Task<(string Backend, string? Cookie)> AskAsync(RunningGateway gateway, string? cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/x");
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        using var response = await gateway.Client.SendAsync(request);
        var given = response.Headers.TryGetValues("Set-Cookie", out var values) ? values.First().Split(';')[0] : null;
        return (await response.Content.ReadAsStringAsync(), given);
    }

    private static async Task<WebApplication> LocalBackendAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(answer);
        await app.StartAsync();
        return app;
    }
}
