using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Gateway.Core;
using Gateway.Tests.Backends;

namespace Gateway.Tests.Operators;

/// <summary>Breaking and mending the demo's own backends.</summary>
public class FaultInjectionTests
{
    [Theory]
    [InlineData("/proxy/fail")]
    [InlineData("/proxy/recover")]
    public async Task By_default_it_is_not_allowed(string path)
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var response = await gateway.PostAsync(path);
        await OperatorApiTests.ProblemAsync(response, HttpStatusCode.Forbidden, "Faults are not allowed here; Failover:Faults:Allowed is false.");
    }

    [Fact]
    public async Task The_active_backend_is_broken_as_asked_and_mended()
    {
        await using var primary = await RunningBackend.StartAsync("primary");
        await using var secondary = await RunningBackend.StartAsync("secondary");
        await using var gateway = await StartAsync(primary.Address, secondary.Address);

        using var failed = await gateway.PostAsync("/proxy/fail?mode=error&for=5m");
        var answer = await failed.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(HttpStatusCode.OK, failed.StatusCode);
        Contract.HasExactly(["pool", "backend", "mode", "sentence"], answer);
        Assert.Equal(("api", "primary", "error"), (Contract.Text(answer, "pool"), Contract.Text(answer, "backend"), Contract.Text(answer, "mode")));
        Assert.Equal(HttpStatusCode.InternalServerError, (await primary.Client.GetAsync(new Uri("/api/data", UriKind.Relative))).StatusCode);
        Assert.Equal("secondary", Contract.Text(await gateway.GetJsonAsync("/proxy/data"), "name"));

        using var mended = await gateway.PostAsync("/proxy/recover?pool=api");
        Assert.Equal(HttpStatusCode.OK, mended.StatusCode);
        Assert.Equal("primary, secondary", Contract.Text(await mended.Content.ReadFromJsonAsync<JsonElement>(), "backend"));
        Assert.Equal(HttpStatusCode.OK, (await primary.Client.GetAsync(new Uri("/api/data", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task A_backend_may_be_named_and_what_it_refuses_is_passed_on()
    {
        await using var secondary = await RunningBackend.StartAsync("secondary");
        await using var gateway = await StartAsync(new Uri("http://127.0.0.1:1/"), secondary.Address);

        using var named = await gateway.PostAsync("/proxy/fail?backend=SECONDARY&mode=unhealthy");
        using var nonsense = await gateway.PostAsync("/proxy/fail?backend=secondary&mode=explode");
        using var unreachable = await gateway.PostAsync("/proxy/fail?backend=primary");
        using var half = await gateway.PostAsync("/proxy/recover");

        Assert.Equal(HttpStatusCode.OK, named.StatusCode);
        await OperatorApiTests.ProblemAsync(nonsense, HttpStatusCode.BadRequest, "secondary refused: ");
        await OperatorApiTests.ProblemAsync(unreachable, HttpStatusCode.BadGateway, "primary could not be reached: connection refused.");
        Assert.Equal(HttpStatusCode.BadGateway, half.StatusCode);
    }

    [Theory]
    [InlineData("/proxy/fail?pool=shop", "There is no pool 'shop'.")]
    [InlineData("/proxy/recover?pool=shop", "There is no pool 'shop'.")]
    [InlineData("/proxy/fail?backend=third", "Pool 'api' has no backend 'third'.")]
    [InlineData("/proxy/recover?backend=third", "Pool 'api' has no backend 'third'.")]
    public async Task Who_is_not_known_is_404(string path, string reason)
    {
        await using var gateway = await StartAsync(new Uri("http://127.0.0.1:1/"), new Uri("http://127.0.0.1:1/"));
        using var response = await gateway.PostAsync(path);
        await OperatorApiTests.ProblemAsync(response, HttpStatusCode.NotFound, reason);
    }

    [Fact]
    public async Task The_one_that_serves_is_meant_even_after_a_failover()
    {
        await using var secondary = await RunningBackend.StartAsync("secondary");
        await using var gateway = await StartAsync(new Uri("http://127.0.0.1:1/"), secondary.Address);
        await gateway.ProbedAsync("primary", passed: false, times: 2);
        Assert.Equal(Health.Down, gateway.State("primary").Health);

        using var response = await gateway.PostAsync("/proxy/fail?mode=slow");

        Assert.Equal("secondary", Contract.Text(await response.Content.ReadFromJsonAsync<JsonElement>(), "backend"));
    }

    private static Task<RunningGateway> StartAsync(Uri primary, Uri secondary) => RunningGateway.StartAsync(
        Settings.TwoTiers(primary.ToString(), secondary.ToString()).With("Failover:Faults:Allowed", "true"));
}
