using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Gateway.Core;

namespace Gateway.Tests.Operators;

/// <summary>The control surface, call by call, as <c>docs/reference/operator-api.md</c> says it.</summary>
public class OperatorApiTests
{
    [Fact]
    public async Task Health_tells_who_serves_and_why_and_is_503_when_nobody_can()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await gateway.ProbedAsync("primary", passed: true);
        await gateway.ProbedAsync("secondary", passed: true);

        var (status, health) = await GetAsync(gateway, "/proxy/health");
        Assert.Equal((HttpStatusCode.OK, "serving"), (status, Contract.Text(health, "status")));
        Contract.HasExactly(Contract.Health, health);
        Contract.HasExactly(Contract.Gateway, health.GetProperty("gateway"));
        var pool = health.GetProperty("pools")[0];
        Contract.IsPool(pool);
        Assert.Equal(("api", "primary", "start", "steady"), (Contract.Text(pool, "id"), Contract.Text(pool, "active"), Contract.Text(pool, "cause"), Contract.Text(pool, "condition")));
        Assert.Equal(["active", "standby"], pool.GetProperty("backends").EnumerateArray().Select(backend => Contract.Text(backend, "role")));
        Assert.Equal(["up", "up"], pool.GetProperty("backends").EnumerateArray().Select(backend => Contract.Text(backend, "health")));
        Assert.Equal("http://primary.test:3001/", Contract.Text(pool.GetProperty("backends")[0], "address"));
        Assert.EndsWith("+00:00", Contract.Text(pool, "activeSince"), StringComparison.Ordinal);

        await gateway.ProbedAsync("primary", passed: false, times: 2);
        var (degraded, second) = await GetAsync(gateway, "/proxy/health");
        Assert.Equal((HttpStatusCode.OK, "degraded"), (degraded, Contract.Text(second.GetProperty("pools")[0], "condition")));
        Assert.Equal(("probe-failed", 2L), (Contract.Text(second.GetProperty("pools")[0], "cause"), second.GetProperty("pools")[0].GetProperty("epoch").GetInt64()));

        await gateway.ProbedAsync("secondary", passed: false, times: 2);
        var (failing, third) = await GetAsync(gateway, "/proxy/health");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "failing"), (failing, Contract.Text(third, "status")));
        Contract.HasExactly(Contract.Health, third);
    }

    [Fact]
    public async Task Livez_is_always_well_and_readyz_once_somebody_was_judged()
    {
        await using var gateway = await RunningGateway.StartAsync();
        Assert.Equal("alive\n", await gateway.Client.GetStringAsync("/livez"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(gateway, "/readyz"));

        await gateway.ProbedAsync("secondary", passed: false, times: 2);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(gateway, "/readyz"));
        await gateway.ProbedAsync("primary", passed: false, times: 2);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(gateway, "/readyz"));
        await gateway.ProbedAsync("primary", passed: true, times: 2);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(gateway, "/readyz"));
    }

    [Fact]
    public async Task Switchovers_are_told_newest_first_and_no_more_than_asked_for()
    {
        await using var gateway = await RunningGateway.StartAsync();
        foreach (var to in new[] { "secondary", "primary", "secondary" })
        {
            using var moved = await gateway.PostAsync("/proxy/pools/api/switchover", $$"""{ "to": "{{to}}" }""");
        }

        var changes = (await gateway.GetJsonAsync("/proxy/switchovers")).GetProperty("changes").EnumerateArray().ToList();
        Assert.Equal([4L, 3, 2], changes.Select(change => change.GetProperty("epoch").GetInt64()));
        Assert.All(changes, change => Contract.HasExactly(Contract.Change, change));
        Assert.Equal([false, true, true], changes.Select(change => change.GetProperty("measured").GetBoolean()));
        Assert.Equal(("switchover", "operator"), (Contract.Text(changes[0], "kind"), Contract.Text(changes[0], "cause")));
        Assert.Equal(JsonValueKind.Null, changes[0].GetProperty("detectionMs").ValueKind);
        Assert.Single((await gateway.GetJsonAsync("/proxy/switchovers?limit=1&pool=API")).GetProperty("changes").EnumerateArray());
        Assert.Empty((await gateway.GetJsonAsync("/proxy/switchovers?pool=shop")).GetProperty("changes").EnumerateArray());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1001")]
    [InlineData("many")]
    [InlineData("-1")]
    public async Task A_limit_is_a_number_within_its_bounds(string limit)
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var response = await gateway.Client.GetAsync(new Uri($"/proxy/switchovers?limit={limit}", UriKind.Relative));
        await ProblemAsync(response, HttpStatusCode.BadRequest, $"limit is '{limit}'; allowed is 1 to 1000.");
    }

    [Theory]
    [InlineData("switchover", """{ "to": "secondary" }""")]
    [InlineData("switchover", """{ "to": "SECONDARY", "expectedEpoch": 1, "force": true }""")]
    [InlineData("hold", null)]
    [InlineData("hold", "{}")]
    [InlineData("hold", "null")]
    [InlineData("backends/secondary/drain", null)]
    [InlineData("backends/Secondary/disable", """{ "expectedEpoch": 1 }""")]
    [InlineData("backends/primary/reset", null)]
    public async Task What_is_accepted_is_202_with_sequence_epoch_and_sentence(string verb, string? body)
    {
        await using var gateway = await RunningGateway.StartAsync();

        using var response = await gateway.PostAsync($"/proxy/pools/api/{verb}", body);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Contract.HasExactly(["sequence", "epoch", "sentence"], answer);
        Assert.Equal(1, answer.GetProperty("sequence").GetInt64());
        Assert.Equal(gateway.Pool.View.State.Epoch.Number, answer.GetProperty("epoch").GetInt64());
        Assert.Contains("operator at 127.0.0.1", Contract.Text(answer, "sentence"));
    }

    [Fact]
    public async Task Each_verb_does_what_it_says()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await gateway.ProbedAsync("primary", passed: true);
        async Task<bool> DoneAsync(string verb, string? body = null)
        {
            using var response = await gateway.PostAsync($"/proxy/pools/api/{verb}", body);
            return response.StatusCode == HttpStatusCode.Accepted;
        }

        Assert.True(await DoneAsync("switchover", """{ "to": "secondary" }"""));
        Assert.Equal(("secondary", true), (gateway.Pool.View.State.Active.Name, gateway.Pool.View.State.Pinned));
        Assert.True(await DoneAsync("failback"));
        Assert.Equal(("primary", false), (gateway.Pool.View.State.Active.Name, gateway.Pool.View.State.Pinned));
        Assert.True(await DoneAsync("hold"));
        Assert.True(gateway.Pool.View.State.Held);
        Assert.True(await DoneAsync("release"));
        Assert.False(gateway.Pool.View.State.Held);
        Assert.True(await DoneAsync("backends/secondary/drain"));
        Assert.Equal(Admin.Draining, gateway.State("secondary").Admin);
        Assert.True(await DoneAsync("backends/secondary/disable"));
        Assert.Equal(Admin.Disabled, gateway.State("secondary").Admin);
        Assert.True(await DoneAsync("backends/secondary/enable"));
        Assert.Equal(Admin.InService, gateway.State("secondary").Admin);
        await gateway.ProbedAsync("secondary", passed: false, times: 2);
        Assert.True(await DoneAsync("backends/secondary/reset"));
        Assert.Equal(Health.Unknown, gateway.State("secondary").Health);
    }

    [Theory]
    [InlineData("switchover", """{ "to": "primary" }""", "primary is active already.")]
    [InlineData("switchover", """{ "to": "secondary", "expectedEpoch": 7 }""", "api is at epoch 1, not 7: it has changed since you looked.")]
    [InlineData("failback", null, "No failback: nobody preferred over primary is up.")]
    [InlineData("release", null, "api is not held.")]
    [InlineData("hold", """{ "expectedEpoch": 2 }""", "api is at epoch 1, not 2: it has changed since you looked.")]
    [InlineData("backends/primary/enable", null, "primary is in service already.")]
    public async Task What_is_refused_is_409_with_the_reason(string verb, string? body, string reason)
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var response = await gateway.PostAsync($"/proxy/pools/api/{verb}", body);
        await ProblemAsync(response, HttpStatusCode.Conflict, reason);
    }

    [Theory]
    [InlineData("/proxy/pools/shop/hold", null, "There is no pool 'shop'.")]
    [InlineData("/proxy/pools/shop/backends/primary/drain", null, "There is no pool 'shop'.")]
    [InlineData("/proxy/pools/api/backends/third/drain", null, "Pool 'api' has no backend 'third'.")]
    [InlineData("/proxy/pools/api/switchover", """{ "to": "third" }""", "Pool 'api' has no backend 'third'.")]
    public async Task Who_is_not_known_is_404(string path, string? body, string reason)
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var response = await gateway.PostAsync(path, body);
        await ProblemAsync(response, HttpStatusCode.NotFound, reason);
    }

    [Theory]
    [InlineData("switchover", null, "The body names no backend in \"to\"")]
    [InlineData("switchover", "{}", "The body names no backend in \"to\"")]
    [InlineData("switchover", "{ \"to\": 5 }", "The body is not the JSON object that is expected")]
    [InlineData("switchover", "{ \"to\": \"secondary\", \"force\": \"yes\" }", "The body is not the JSON object that is expected")]
    [InlineData("hold", "{ \"expectedEpoch\": 1.5 }", "The body is not the JSON object that is expected")]
    [InlineData("hold", "[]", "The body is not the JSON object that is expected")]
    [InlineData("hold", "not json", "The body is not the JSON object that is expected")]
    [InlineData("hold", "{", "The body is not the JSON object that is expected")]
    [InlineData("hold", " ", "The body is not the JSON object that is expected")]
    public async Task What_is_not_understood_is_400(string verb, string? body, string reason)
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var response = await gateway.PostAsync($"/proxy/pools/api/{verb}", body);
        await ProblemAsync(response, HttpStatusCode.BadRequest, reason);
        Assert.Empty(gateway.Get<Failover.Engine.History>().Events);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_400_too()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var response = await gateway.PostAsync("/proxy/pools/api/hold", $$"""{ "to": "{{new string('x', 20_000)}}" }""");
        await ProblemAsync(response, HttpStatusCode.BadRequest, "The body is too large.");
    }

    [Theory]
    [InlineData("/proxy/fail")]
    [InlineData("/proxy/recover")]
    [InlineData("/proxy/pools/api/hold")]
    public async Task Changes_are_posted(string path)
    {
        await using var gateway = await RunningGateway.StartAsync();
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await StatusAsync(gateway, path));
    }

    internal static async Task ProblemAsync(HttpResponseMessage response, HttpStatusCode status, string detail)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.StartsWith(detail, Contract.Text(problem, "detail"), StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> GetAsync(RunningGateway gateway, string path)
    {
        using var response = await gateway.Client.GetAsync(new Uri(path, UriKind.Relative));
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    private static async Task<HttpStatusCode> StatusAsync(RunningGateway gateway, string path)
    {
        using var response = await gateway.Client.GetAsync(new Uri(path, UriKind.Relative));
        return response.StatusCode;
    }
}
