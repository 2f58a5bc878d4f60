using Gateway.EndToEnd.Harness;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.EndToEnd;

/// <summary>Backends that are asked for their health by other ways than HTTP.</summary>
public sealed class ProbeKindTests(ITestOutputHelper output) : EndToEndTest(output)
{
    [Fact]
    public async Task A_TCP_probe_sees_who_listens_and_nothing_else()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        config["Failover:Pools:api:Probe:Kind"] = "Tcp";
        config["Failover:Pools:api:Probe:Watch"] = false;
        await primary.FailAsync("unhealthy");
        var gateway = await GatewayAsync(config);
        Assert.Equal("primary", (await gateway.PoolAsync()).Active);

        await primary.KillAsync();
        await gateway.ActiveAsync("secondary");
        Assert.Contains("connection refused", (await gateway.PoolAsync()).Backend("primary").Reason, StringComparison.Ordinal);

        await primary.RestartAsync();
        await gateway.ActiveAsync("primary");
    }

    [Fact]
    public async Task A_gRPC_server_that_does_not_serve_is_left_and_returned_to()
    {
        byte says = 1;
        await using var primary = await KestrelBackend.StartAsync(context => HealthAsync(context, says), HttpProtocols.Http2);
        await using var secondary = await KestrelBackend.StartAsync(context => HealthAsync(context, 1), HttpProtocols.Http2);
        var config = new GatewayConfig(Folder, ("primary", primary.Url), ("secondary", secondary.Url));
        config["Failover:Pools:api:Probe:Kind"] = "Grpc";
        config["Failover:Pools:api:Probe:Service"] = "shop";
        var gateway = await GatewayAsync(config);

        says = 2;
        await gateway.ActiveAsync("secondary");
        Assert.Contains("says NOT_SERVING", (await gateway.PoolAsync()).Backend("primary").Reason, StringComparison.Ordinal);

        says = 1;
        await gateway.ActiveAsync("primary");
    }

    private static async Task HealthAsync(HttpContext context, byte says)
    {
        context.Response.ContentType = "application/grpc";
        // One field, a number, in gRPC's frame; see grpc/health/v1/health.proto.
        await context.Response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, 2, 8, says });
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
