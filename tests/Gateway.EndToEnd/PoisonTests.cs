using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>A request that fails in the same way wherever it is tried is at fault itself, and takes nobody down.</summary>
public sealed class PoisonTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const int Times = 12;

    [Theory]
    [InlineData("is answered 500", 500)]
    [InlineData("breaks", 502)]
    public async Task A_request_that_fails_everywhere_takes_no_backend_down(string poison, int status)
    {
        RawAnswer Answer(RawRequest request, string by) => (request.Path, poison) switch
        {
            ("/api/poison", "breaks") => RawAnswer.CloseWithReset,
            ("/api/poison", _) => RawAnswer.Status(500, by),
            _ => RawAnswer.Ok,
        };
        await using var primary = new RawBackend(request => Answer(request, "primary"));
        await using var secondary = new RawBackend(request => Answer(request, "secondary"));
        var gateway = await GatewayAsync(new GatewayConfig(Folder, ("primary", primary.Url), ("secondary", secondary.Url)));

        for (var number = 1; number <= Times; number++)
        {
            var reply = await RawClient.SendAsync(gateway, "GET", "/api/poison", $"poison-{number}");
            Assert.True(reply.Status == status && reply.IsWhole, reply.Text);
            Assert.Equal("2", reply.Header("X-Failover-Attempts"));
            Assert.True(status != 500 || (reply.Content, reply.Header("X-Failover-Backend")) == ("primary", "primary"), reply.Text);
        }

        // One by one, so that nothing that came well in between could have cleared anybody.
        Assert.Equal(200, (await RawClient.SendAsync(gateway, "GET", "/api/data", "good")).Status);
        var pool = await gateway.PoolAsync();
        Assert.Equal(("primary", 1), (pool.Active, pool.Epoch));
        Assert.All(pool.Backends, backend => Assert.Equal(("up", false), (backend.Health, backend.Ejected)));
        Assert.Equal(Times, (await gateway.MetricsAsync()).Sum("gateway_requests_total", "outcome=\"failed\""));
    }

    [Fact]
    public async Task A_backend_that_fails_alone_is_taken_down_all_the_same()
    {
        await using var primary = new RawBackend(_ => RawAnswer.Status(500, "primary"));
        await using var secondary = new RawBackend(_ => RawAnswer.Ok);
        var gateway = await GatewayAsync(new GatewayConfig(Folder, ("primary", primary.Url), ("secondary", secondary.Url)));

        for (var number = 1; number <= Times; number++)
        {
            Assert.Equal(200, (await RawClient.SendAsync(gateway, "GET", "/api/data", $"get-{number}")).Status);
        }

        await gateway.ActiveAsync("secondary");
    }
}
