using Gateway.Failover.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Tests.Configuration;

/// <summary>What has to fit together, each in the sentence that an operator reads.</summary>
public class FailoverRelationsTests
{
    private static readonly ClusterConfig Cluster = new()
    {
        ClusterId = "api",
        Destinations = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase)
        {
            ["primary"] = new() { Address = "http://primary.test/" },
            ["secondary"] = new() { Address = "http://secondary.test/", Health = "https://health.test/" },
        },
    };

    [Fact]
    public void What_fits_is_left_alone_and_names_are_compared_without_case() =>
        Assert.Empty(Broken(options => options.Pools = new(StringComparer.OrdinalIgnoreCase) { ["API"] = new() { Tiers = [["PRIMARY"], ["secondary"]] } }));

    [Fact]
    public void The_default_pool_is_one_of_the_pools() => Says(
        "Failover:DefaultPool is 'shop'; allowed are the pools: api.", options => options.DefaultPool = "shop");

    [Fact]
    public void A_trusted_network_is_a_network() => Says(
        "Failover:Operators:TrustedNetworks has 'home'; allowed is a network such as 10.0.0.0/8 or fd00::/8.",
        options => options.Operators.TrustedNetworks = ["10.0.0.0/8", "fd00::/8", "home"]);

    [Theory]
    [InlineData("Operators:DataPath")]
    [InlineData("Faults:FailPath")]
    [InlineData("Faults:RecoverPath")]
    public void A_path_begins_with_a_slash(string setting) => Says(
        $"Failover:{setting} is 'data'; allowed is a path that begins with '/'.",
        options =>
        {
            options.Operators.DataPath = setting == "Operators:DataPath" ? "data" : "/data";
            options.Faults.FailPath = setting == "Faults:FailPath" ? "data" : "/data";
            options.Faults.RecoverPath = setting == "Faults:RecoverPath" ? "data" : "/data";
        });

    [Fact]
    public void A_probe_path_begins_with_a_slash() => Says(
        "Failover:Pools:api:Probe:Path is 'health'; allowed is a path that begins with '/'.", options => options.Pools["api"].Probe.Path = "health");

    [Fact]
    public void A_pool_is_a_cluster() => Says(
        "Failover:Pools:shop names no cluster of ReverseProxy:Clusters; allowed are api.", options => options.Pools["shop"] = new());

    [Fact]
    public void A_pool_has_tiers() => Says(
        "Failover:Pools:api:Tiers is empty; list the destinations in order of preference: primary, secondary.",
        options => options.Pools["api"].Tiers = []);

    [Fact]
    public void A_tier_holds_destinations() => Says(
        "Failover:Pools:api:Tiers has 'tertiary'; allowed are the destinations of cluster api: primary, secondary.",
        options => options.Pools["api"].Tiers.Add(["tertiary"]));

    [Fact]
    public void A_destination_stands_in_one_tier_only() => Says(
        "Failover:Pools:api:Tiers has 'primary' 2 times; allowed is once.", options => options.Pools["api"].Tiers.Add(["PRIMARY"]));

    [Fact]
    public void A_destination_stands_in_some_tier() => Says(
        "Failover:Pools:api:Tiers lacks 'secondary', a destination of cluster api; every destination stands in one tier.",
        options => options.Pools["api"].Tiers = [["primary"]]);

    [Fact]
    public void A_tier_is_not_empty() => Says(
        "Failover:Pools:api:Tiers has an empty tier at place 2; allowed is a destination or a list of them.",
        options => options.Pools["api"].Tiers = [["primary"], [], ["secondary"]]);

    [Theory]
    [InlineData("primary.test:3001")]
    [InlineData("localhost:3001")]
    [InlineData("/just/a/path")]
    [InlineData("ftp://primary.test/")]
    public void A_backend_has_an_address_that_can_be_called(string address) => Assert.Equal(
        [$"ReverseProxy:Clusters:api:Destinations:primary:Address is '{address}'; allowed is an absolute http or https URL."],
        FailoverRelations.Broken(Options(), [WithPrimary(new DestinationConfig { Address = address })], []));

    [Fact]
    public void A_health_address_can_be_called_too() => Assert.Equal(
        ["ReverseProxy:Clusters:api:Destinations:primary:Health is 'nowhere'; allowed is an absolute http or https URL."],
        FailoverRelations.Broken(Options(), [WithPrimary(new DestinationConfig { Address = "http://a/", Health = "nowhere" })], []));

    [Fact]
    public void Two_clusters_of_one_name_are_the_gates_to_refuse_and_no_crash() =>
        Assert.Empty(FailoverRelations.Broken(Options(), [Cluster, Cluster with { ClusterId = "API" }], []));

    private static ClusterConfig WithPrimary(DestinationConfig primary) => Cluster with
    {
        Destinations = new Dictionary<string, DestinationConfig>(Cluster.Destinations!) { ["primary"] = primary },
    };

    private static FailoverOptions Options() =>
        new() { Pools = new(StringComparer.OrdinalIgnoreCase) { ["api"] = new() { Tiers = [["primary"], ["secondary"]] } } };

    private static IEnumerable<string> Broken(Action<FailoverOptions> change)
    {
        var options = Options();
        change(options);
        return FailoverRelations.Broken(options, [Cluster], []);
    }

    private static void Says(string sentence, Action<FailoverOptions> change) => Assert.Equal([sentence], Broken(change));
}
