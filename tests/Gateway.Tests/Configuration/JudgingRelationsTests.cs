using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Failover.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Tests.Configuration;

/// <summary>What has to fit together among the settings of judging and choosing.</summary>
public class JudgingRelationsTests
{
    [Theory]
    [InlineData("1", 1, 0)]
    [InlineData("2", 2, 0)]
    [InlineData("60%", 1, 0.6)]
    public void A_minimum_is_a_number_or_a_share(string text, int number, double share)
    {
        Assert.True(MinimumText.TryParse(text, out var minimum));
        Assert.Equal(new TierMinimum(number, share), minimum);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("101%")]
    [InlineData("half")]
    [InlineData("1.5")]
    public void Any_other_text_is_none(string text) => Says(
        $"Failover:Pools:api:TierMinimum is '{text}'; allowed is a number of backends such as 2, or a share of those in service such as 60%.",
        pool => pool.TierMinimum = text);

    [Fact]
    public void A_factor_below_one_would_spill_over_at_rest() =>
        Says("Failover:Pools:api:SpillOver is 0.5; allowed is 0, or 1 to 10.", pool => pool.SpillOver = 0.5);

    [Fact]
    public void What_spills_over_has_to_be_let_in() => Says(
        "Failover:Pools:api:SpillOver is 1.4 and Standby Safe; allowed is a SpillOver only where Standby is Any.",
        pool => (pool.SpillOver, pool.Standby) = (1.4, StandbyPolicy.Safe));

    [Fact]
    public void An_ejection_ends_within_its_limit() => Says(
        "Failover:Pools:api:Judging:EjectionLimit is 10s and EjectionTime 1m; allowed is an EjectionLimit of at least EjectionTime.",
        pool => (pool.Judging.EjectionLimit, pool.Judging.EjectionTime) = (TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1)));

    [Fact]
    public void Where_only_the_time_is_set_it_is_the_limit_too()
    {
        Assert.Empty(Broken(pool => pool.Judging.EjectionTime = TimeSpan.FromHours(1)));
    }

    [Fact]
    public void A_weight_is_a_destinations() => Says(
        "Failover:Pools:api:Backends has 'third'; allowed are the destinations of cluster api: primary, secondary.",
        pool => pool.Backends["third"] = new BackendOptions());

    private static void Says(string sentence, Action<PoolOptions> change) => Assert.Equal([sentence], Broken(change));

    private static List<string> Broken(Action<PoolOptions> change)
    {
        var pool = new PoolOptions { Tiers = [["primary"], ["secondary"]] };
        change(pool);
        var cluster = new ClusterConfig
        {
            ClusterId = "api",
            Destinations = pool.Tiers.SelectMany(tier => tier).ToDictionary(id => id, id => new DestinationConfig { Address = $"http://{id}.test/" }),
        };
        return [.. FailoverRelations.Broken(new FailoverOptions { Pools = new() { ["api"] = pool } }, [cluster], [])];
    }
}
