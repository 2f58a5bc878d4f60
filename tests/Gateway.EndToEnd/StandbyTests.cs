using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>What a standby may get while another backend is the active one. The primary refuses everything here, so that every rescue would be allowed.</summary>
public sealed class StandbyTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private static readonly string[] Methods = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "POST"];

    [Theory]
    [InlineData("Any", "GET,HEAD,OPTIONS,PUT,DELETE,POST")]
    [InlineData("Safe", "GET,HEAD,OPTIONS")]
    [InlineData("None", "")]
    public async Task A_standby_gets_what_the_pool_allows(string standby, string allowed)
    {
        await using var secondary = new RawBackend(request => request.Method == "HEAD" ? RawAnswer.OkHead : RawAnswer.Ok);
        var gateway = await BetweenAsync(new Uri($"http://127.0.0.1:{Ports.Take()}/"), secondary.Url, config =>
        {
            config["Failover:Pools:api:Standby"] = standby;
            config["Failover:Pools:api:Hold:Timeout"] = "300ms";
        });
        foreach (var method in Methods)
        {
            var reply = await RawClient.SendAsync(gateway, method, "/api/data", method);

            var isAllowed = allowed.Split(',').Contains(method);
            var seen = $"{standby}, {method}: {reply.Text}";
            Assert.True(isAllowed ? reply.Status == 200 : reply.Status is 502 or 503, seen);
            Assert.True(secondary.Executions(method) == (isAllowed ? 1 : 0), seen);
            // It never had a connection: nobody can have executed it.
            Assert.True(reply.Header("X-Failover-Outcome") is null, seen);
        }

        Assert.Equal("primary", (await gateway.PoolAsync()).Active);
    }

    [Fact]
    public async Task What_the_standby_may_not_get_it_gets_once_it_is_the_active_one()
    {
        await using var secondary = new RawBackend(_ => RawAnswer.Ok);
        var gateway = await BetweenAsync(
            new Uri($"http://127.0.0.1:{Ports.Take()}/"), secondary.Url, config => config["Failover:Pools:api:Standby"] = "None");

        await gateway.CommandAsync("pools/api/switchover", new { to = "secondary" });
        await gateway.ActiveAsync("secondary");

        Assert.Equal(200, (await RawClient.SendAsync(gateway, "POST", "/api/data", "post")).Status);
        Assert.Equal(1, secondary.Executions("post"));
    }
}
