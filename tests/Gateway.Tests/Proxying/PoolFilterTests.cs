using Gateway.Failover.Proxying;
using Yarp.ReverseProxy;

namespace Gateway.Tests.Proxying;

public class PoolFilterTests
{
    [Fact]
    public async Task A_pool_gets_our_policy_and_no_second_judge_and_a_cluster_that_is_none_stays_as_it_was()
    {
        var settings = Settings.TwoTiers();
        foreach (var cluster in new[] { "api", "stock" })
        {
            settings.With($"ReverseProxy:Clusters:{cluster}:Destinations:primary:Address", "http://primary.test:3001/")
                .With($"ReverseProxy:Clusters:{cluster}:HealthCheck:Active:Enabled", "true")
                .With($"ReverseProxy:Clusters:{cluster}:HealthCheck:Active:Interval", "01:00:00")
                .With($"ReverseProxy:Clusters:{cluster}:HealthCheck:AvailableDestinationsPolicy", "HealthyAndUnknown");
        }

        await using var gateway = await RunningGateway.StartAsync(settings);
        var clusters = gateway.Get<IProxyStateLookup>();

        Assert.True(clusters.TryGetCluster("api", out var pool));
        Assert.Equal(ActiveTierPolicy.PolicyName, pool.Model.Config.HealthCheck!.AvailableDestinationsPolicy);
        Assert.Null(pool.Model.Config.HealthCheck.Active);
        Assert.True(gateway.Log.Has("Cluster api is a failover pool; its own HealthCheck settings are not used."));
        Assert.True(clusters.TryGetCluster("stock", out var stock));
        Assert.True(stock.Model.Config.HealthCheck!.Active!.Enabled);
        Assert.Equal("HealthyAndUnknown", stock.Model.Config.HealthCheck.AvailableDestinationsPolicy);
        Assert.False(gateway.Log.Has("Cluster stock is a failover pool"));
    }
}
