using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.Configuration;

/// <summary><c>GET /proxy/data</c> is a request like any other.</summary>
public class DataRoutesTests
{
    private static Settings TwoPools() => Settings.TwoTiers()
        .With("ReverseProxy:Clusters:shop:Destinations:stall:Address", "http://stall.test/")
        .With("Failover:Pools:shop:Tiers:0", "stall");

    [Fact]
    public async Task It_asks_the_default_pool_for_the_data_path_and_is_retried_and_counted()
    {
        var client = new ScriptedClient(attempt => attempt.Backend == "primary" ? Attempt.RefuseAsync() : attempt.AnswerAsync());
        await using var gateway = await RunningGateway.StartAsync(proxy: client.Use);

        Assert.Equal("secondary", await gateway.Client.GetStringAsync("/proxy/data?x=1"));
        Assert.Equal("/api/data?x=1", client.Attempts[1].Target.PathAndQuery);
        await Eventually.EqualAsync(1, () => gateway.Pool.Counters.Read(Failover.Engine.RequestEnd.Rescued));
    }

    [Theory]
    [InlineData("/proxy/data", "primary")]
    [InlineData("/proxy/data?pool=shop", "stall")]
    [InlineData("/proxy/data?pool=SHOP", "stall")]
    [InlineData("/proxy/data?pool=api", "primary")]
    public async Task A_pool_may_be_named(string path, string backend)
    {
        var client = new ScriptedClient(attempt => attempt.AnswerAsync());
        await using var gateway = await RunningGateway.StartAsync(TwoPools(), proxy: client.Use);
        Assert.Equal(backend, await gateway.Client.GetStringAsync(path));
    }

    [Fact]
    public async Task The_default_pool_and_the_path_come_from_the_configuration()
    {
        var client = new ScriptedClient(attempt => attempt.AnswerAsync());
        await using var gateway = await RunningGateway.StartAsync(
            TwoPools().With("Failover:DefaultPool", "SHOP").With("Failover:Operators:DataPath", "/what"), proxy: client.Use);

        Assert.Equal("stall", await gateway.Client.GetStringAsync("/proxy/data"));
        Assert.Equal("/what", client.Attempts[0].Target.AbsolutePath);
    }

    [Fact]
    public async Task Without_a_pool_there_is_none()
    {
        await using var gateway = await RunningGateway.StartAsync(Settings.Of());
        using var answer = await gateway.Client.GetAsync(new Uri("/proxy/data", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
