using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Gateway.Core;
using Gateway.Failover.Configuration;
using Gateway.Failover.Configuration.Amending;
using Gateway.Failover.Engine;
using Gateway.Failover.Operators;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;

namespace Gateway.Tests.Operators;

/// <summary>Adding and removing backends while the gateway runs.</summary>
public class BackendApiTests
{
    private const string Third = """{ "id": "third", "address": "http://third.test/", "tier": 2 }""";

    [Fact]
    public async Task An_added_backend_is_in_the_pool_and_in_YARP_and_everybody_can_see_who_added_it()
    {
        await using var gateway = await StartAsync();
        var answer = await AcceptedAsync(gateway, Third);

        Assert.Equal(
            "an operator at 127.0.0.1 added third at http://third.test/ to tier 2 of api. Failover:Journal:Path is empty, so a restart forgets it.", answer);
        Assert.Equal(["primary", "secondary", "third"], gateway.Pool.View.Candidates.ToArray());
        Assert.Equal(["primary", "secondary", "third"], Destinations(gateway));
        var configured = Assert.Single(gateway.Get<History>().Events);
        Assert.Equal(
            "an operator at 127.0.0.1 added third at http://third.test/ to tier 2 of api: api has new tiers: primary, then secondary, then third.",
            configured.Event.Sentence);
        var health = await gateway.GetJsonAsync("/proxy/health");
        Contract.IsPool(health.GetProperty("pools")[0]);
        Assert.Equal(
            [("primary", false), ("secondary", false), ("third", true)],
            health.GetProperty("pools")[0].GetProperty("backends").EnumerateArray()
                .Select(backend => (Contract.Text(backend, "id")!, backend.GetProperty("added").GetBoolean())));
    }

    [Theory]
    [InlineData(0, "primary+third|secondary")]
    [InlineData(1, "primary|secondary+third")]
    [InlineData(2, "primary|secondary|third")]
    [InlineData(null, "primary|secondary+third")]
    public async Task It_joins_the_tier_that_was_asked_for_or_the_last(int? tier, string tiers)
    {
        await using var gateway = await StartAsync();
        await AcceptedAsync(gateway, JsonSerializer.Serialize(new { id = "third", address = "http://third.test/", tier }));
        Assert.Equal(tiers, Tiers(gateway));
    }

    [Fact]
    public async Task Its_health_and_its_host_are_what_was_said()
    {
        await using var gateway = await StartAsync();
        await AcceptedAsync(gateway, """{ "id": "third", "address": "http://third.test/", "health": "http://third.test:81/", "host": "shop.example" }""");
        var address = gateway.Pool.Setup.Addresses["third"];
        Assert.Equal(("http://third.test:81/health", "shop.example"), (address.Probe.ToString(), address.Host));
    }

    [Fact]
    public async Task A_removed_one_is_gone_and_comes_back_by_its_name_as_it_was()
    {
        await using var gateway = await StartAsync();
        await gateway.ProbedAsync("secondary", passed: true);

        Assert.StartsWith("an operator at 127.0.0.1 removed primary from api.", await RemovedAsync(gateway, "PRIMARY"), StringComparison.Ordinal);
        Assert.Equal(["secondary"], Destinations(gateway));
        var state = gateway.Pool.View.State;
        Assert.Equal(("secondary", Cause.Removed, 2L), (state.Active.Name, state.Cause, state.Epoch.Number));
        Assert.Equal(
            "api moved from primary to secondary: an operator at 127.0.0.1 removed primary from api.", gateway.Get<History>().Changes[0].Change.Sentence);
        using var again = await DeleteAsync(gateway, "primary");
        await OperatorApiTests.ProblemAsync(again, HttpStatusCode.NotFound, "Pool 'api' has no backend 'primary'.");

        var back = await AcceptedAsync(gateway, """{ "id": "Primary" }""");
        Assert.StartsWith("an operator at 127.0.0.1 added primary back to tier 0 of api.", back, StringComparison.Ordinal);
        Assert.Equal("primary|secondary", Tiers(gateway));
        Assert.Equal("http://primary.test:3001/", gateway.Pool.Setup.Addresses["primary"].Address);
        Assert.Empty(gateway.Pool.Setup.Added);
        Assert.True(gateway.Get<ConfigGate>().Current.Amendments.IsEmpty);
    }

    [Fact]
    public async Task An_added_one_that_is_removed_is_forgotten()
    {
        await using var gateway = await StartAsync();
        await gateway.ProbedAsync("primary", passed: true);
        await AcceptedAsync(gateway, Third);
        await RemovedAsync(gateway, "third");
        Assert.True(gateway.Get<ConfigGate>().Current.Amendments.IsEmpty);
        Assert.Equal("primary|secondary", Tiers(gateway));
    }

    [Theory]
    [InlineData("""{ "id": "third", "address": "http://third.test/", "expectedEpoch": 7 }""", "api is at epoch 1, not 7: it has changed since you looked.")]
    [InlineData("""{ "id": "SECONDARY", "address": "http://third.test/" }""", "api has a backend secondary already.")]
    [InlineData("""{ "id": "third", "address": "http://third.test/", "tier": 3 }""", "api has no tier 3; allowed are 0 to 2, of which 2 makes a new last one.")]
    [InlineData("""{ "id": "third", "address": "http://169.254.169.254/" }""", "No backend at http://169.254.169.254/: 169.254.169.254 is link-local")]
    [InlineData("""{ "id": "third", "address": "http://third.test/", "health": "http://[fe80::1]/" }""", "No backend at http://[fe80::1]/: fe80::1 is link-local")]
    [InlineData("""{ "id": "third", "address": "http://evil.test/" }""", "No backend at http://evil.test/: 169.254.169.254 is link-local")]
    public async Task What_is_refused_is_409_and_changes_nothing(string body, string reason)
    {
        await using var gateway = await StartAsync();
        var before = gateway.Get<ConfigGate>().Current;
        using var response = await gateway.PostAsync("/proxy/pools/api/backends", body);
        await OperatorApiTests.ProblemAsync(response, HttpStatusCode.Conflict, reason);
        Assert.Same(before, gateway.Get<ConfigGate>().Current);
        Assert.Equal("primary|secondary", Tiers(gateway));
        Assert.Empty(gateway.Get<History>().Events);
    }

    [Theory]
    [InlineData(null, "The body names no backend in \"id\"")]
    [InlineData("""{ "address": "http://third.test/" }""", "The body names no backend in \"id\"")]
    [InlineData("""{ "id": "third" }""", "The body has no \"address\"")]
    [InlineData("""{ "id": "a+b", "address": "http://third.test/" }""", "The name of a backend is 'a+b'")]
    [InlineData("""{ "id": "third", "address": "ftp://third.test/" }""", "The address is 'ftp://third.test/'")]
    [InlineData("""{ "id": "third", "address": "http://third.test/", "health": "third.test" }""", "The health is 'third.test'")]
    [InlineData("""{ "id": "third", "address": "http://third.test/", "host": "a b" }""", "The host is 'a b'")]
    [InlineData("""{ "id": "third", "address": "http://third.test/", "tier": -1 }""", "The tier is -1")]
    [InlineData("""{ "id": "third", "address": "http://third.test/", "tier": 1.5 }""", "The body is not the JSON object that is expected")]
    public async Task What_is_not_understood_is_400(string? body, string reason)
    {
        await using var gateway = await StartAsync();
        using var response = await gateway.PostAsync("/proxy/pools/api/backends", body);
        await OperatorApiTests.ProblemAsync(response, HttpStatusCode.BadRequest, reason);
    }

    [Fact]
    public async Task An_unknown_pool_is_404_and_a_strangers_call_403()
    {
        await using var gateway = await StartAsync();
        using var unknown = await gateway.PostAsync("/proxy/pools/shop/backends", Third);
        await OperatorApiTests.ProblemAsync(unknown, HttpStatusCode.NotFound, "There is no pool 'shop'.");
        using var stranger = await gateway.Client.DeleteAsync(new Uri("/proxy/pools/shop/backends/primary", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, stranger.StatusCode);

        gateway.RemoteAddress = IPAddress.Parse("203.0.113.9");
        using var added = await gateway.PostAsync("/proxy/pools/api/backends", Third);
        using var removed = await DeleteAsync(gateway, "primary");
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (added.StatusCode, removed.StatusCode));
        Assert.Equal("primary|secondary", Tiers(gateway));
    }

    [Fact]
    public async Task The_last_backend_and_the_last_that_is_known_to_serve_stay()
    {
        await using var gateway = await StartAsync();
        await gateway.ProbedAsync("primary", passed: true);
        await RefusedAsync(gateway, "primary", "primary is the last backend of api that is known to be able to serve.");
        await gateway.ProbedAsync("secondary", passed: true);
        await gateway.ProbedAsync("secondary", passed: false, times: 2);
        await RefusedAsync(gateway, "primary", "primary is the last backend of api that is known to be able to serve.");

        await RemovedAsync(gateway, "secondary");
        await RefusedAsync(gateway, "primary", "primary is the last backend of api.");
        Assert.Equal("primary", Tiers(gateway));
    }

    [Fact]
    public async Task A_stale_removal_is_refused()
    {
        await using var gateway = await StartAsync();
        await gateway.ProbedAsync("secondary", passed: true);
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/proxy/pools/api/backends/primary");
        request.Content = JsonContent.Create(new { expectedEpoch = 2 });
        using var response = await gateway.Client.SendAsync(request);
        await OperatorApiTests.ProblemAsync(response, HttpStatusCode.Conflict, "api is at epoch 1, not 2: it has changed since you looked.");
    }

    [Theory]
    [InlineData("""{ "id": "secondary", "address": "http://other.test/" }""")]
    [InlineData("""{ "id": "secondary", "tier": 0 }""")]
    [InlineData("""{ "id": "secondary", "host": "other" }""")]
    [InlineData("""{ "id": "secondary", "health": "http://other.test/" }""")]
    public async Task Nobody_comes_back_under_the_name_of_another(string body)
    {
        await using var gateway = await StartAsync();
        await gateway.ProbedAsync("primary", passed: true);
        await RemovedAsync(gateway, "secondary");
        using var response = await gateway.PostAsync("/proxy/pools/api/backends", body);
        await OperatorApiTests.ProblemAsync(
            response, HttpStatusCode.Conflict,
            "secondary is in the configuration of api, at http://secondary.test:3002/ and in tier 1; add it back by its name alone");
        await AcceptedAsync(gateway, """{ "id": "secondary", "address": "http://secondary.test:3002/", "tier": 1 }""");
    }

    [Fact]
    public async Task There_is_a_bound()
    {
        await using var gateway = await StartAsync(Settings.TwoTiers().With("Failover:Pools:api:Probe:Watch", "false"));
        for (var number = 0; number < AmendmentRules.MostAdded; number++)
        {
            await AcceptedAsync(gateway, $$"""{ "id": "b{{number}}", "address": "http://127.0.0.1:1/" }""");
        }

        using var response = await gateway.PostAsync("/proxy/pools/api/backends", Third);
        await OperatorApiTests.ProblemAsync(response, HttpStatusCode.Conflict, "64 backends were added to api; allowed are 64.");
    }

    [Fact]
    public async Task Removing_the_active_one_loses_no_request_not_even_the_one_under_way_there()
    {
        var (arrived, finish) = (new TaskCompletionSource(), new TaskCompletionSource());
        var client = new ScriptedClient(async attempt =>
        {
            if (attempt.Target.AbsolutePath == "/api/long")
            {
                arrived.TrySetResult();
                await finish.Task;
            }

            return await attempt.AnswerAsync();
        });
        var settings = Settings.TwoTiers().With("Failover:Pools:api:Judging:Stall:Attempts", "0").With("Failover:Pools:api:Hedging:Mode", "Off");
        await using var gateway = await StartAsync(settings, client.Use);
        await gateway.ProbedAsync("secondary", passed: true);
        var underWay = gateway.Client.GetStringAsync("/api/long");
        await arrived.Task;
        using var stop = new CancellationTokenSource();
        var load = Task.Run(async () =>
        {
            for (var asked = 0; ; asked++)
            {
                Assert.Contains(await gateway.Client.GetStringAsync("/api/x"), new[] { "primary", "secondary" });
                if (stop.IsCancellationRequested)
                {
                    return asked;
                }
            }
        });

        await RemovedAsync(gateway, "primary");
        Assert.Equal("secondary", await gateway.Client.GetStringAsync("/api/x"));
        await stop.CancelAsync();
        Assert.True(await load >= 0);
        finish.SetResult();
        Assert.Equal("primary", await underWay);
        Assert.Equal((0L, 0L), (gateway.Pool.Counters.Tally.Failed, gateway.Pool.Counters.Tally.Rescued));
    }

    internal static async Task<RunningGateway> StartAsync(Settings? settings = null, Action<IReverseProxyBuilder>? proxy = null)
    {
        var gateway = await RunningGateway.StartAsync(settings, proxy: proxy);
        gateway.Get<PoolCommands>().Resolve = (name, _) =>
            Task.FromResult(new[] { IPAddress.Parse(name == "evil.test" ? "169.254.169.254" : "10.0.0.7") });
        return gateway;
    }

    internal static async Task<string> AcceptedAsync(RunningGateway gateway, string body)
    {
        using var response = await gateway.PostAsync("/proxy/pools/api/backends", body);
        return await SentenceAsync(response);
    }

    internal static async Task<string> RemovedAsync(RunningGateway gateway, string backend)
    {
        using var response = await DeleteAsync(gateway, backend);
        return await SentenceAsync(response);
    }

    internal static string Tiers(RunningGateway gateway) => string.Join('|', gateway.Pool.View.State.Definition.Tiers.Select(tier => tier.Name));

    internal static IEnumerable<string> Destinations(RunningGateway gateway)
    {
        Assert.True(gateway.Get<IProxyStateLookup>().TryGetCluster("api", out var cluster));
        return cluster!.Destinations.Keys.Order();
    }

    private static async Task RefusedAsync(RunningGateway gateway, string backend, string reason)
    {
        using var response = await DeleteAsync(gateway, backend);
        await OperatorApiTests.ProblemAsync(response, HttpStatusCode.Conflict, reason);
    }

    private static Task<HttpResponseMessage> DeleteAsync(RunningGateway gateway, string backend) =>
        gateway.Client.DeleteAsync(new Uri($"/proxy/pools/api/backends/{backend}", UriKind.Relative));

    private static async Task<string> SentenceAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("sentence").GetString()!;
    }
}
