using Gateway.Failover;
using Gateway.Failover.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Tests.Configuration;

/// <summary>YARP's part and ours are taken or refused together.</summary>
public class ConfigGateTests
{
    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(150);

    [Fact]
    public async Task A_good_configuration_is_accepted_with_routes_for_the_data()
    {
        await using var gateway = RunningGateway.Build();
        var config = gateway.Get<ConfigGate>().Current;

        Assert.Equal("api", config.DefaultPool);
        Assert.Equal(["api", "failover-data", "failover-data-api"], config.Routes.Select(route => route.RouteId));
        var setup = Assert.Single(config.Pools);
        Assert.Equal(["primary", "secondary"], setup.Definition.Backends.Select(id => id.Value));
        Assert.Equal("http://primary.test:3001/health", setup.Addresses["PRIMARY"].Probe.ToString());
    }

    [Fact]
    public void A_bad_one_at_the_start_is_refused_with_all_errors_YARPs_own_among_them()
    {
        var settings = Settings.TwoTiers()
            .With("ReverseProxy:Routes:api:ClusterId", "api")
            .With("ReverseProxy:Routes:api:Match:Path", null)
            .With("ReverseProxy:Clusters:api:LoadBalancingPolicy", "Luck")
            .With("Failover:Pools:api:Tiers:1", "tertiary")
            .With("Failover:Pools:api:Probe:Fall", "0")
            .With("Failover:Pools:api:Probe:Interval", "5");

        var refused = Refused(settings);

        Assert.Contains(refused.Errors, error => error.StartsWith("ReverseProxy: ") && error.Contains("'Luck'"));
        Assert.Contains(refused.Errors, error => error.StartsWith("ReverseProxy: ") && error.Contains("route 'api'", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(refused.Errors, error => error.StartsWith("Failover:Pools:api:Tiers has 'tertiary'"));
        Assert.Contains(refused.Errors, error => error.StartsWith("Failover:Pools:api:Tiers lacks 'secondary'"));
        Assert.Contains("Failover:Pools:api:Probe:Fall is 0; allowed is 1 to 100.", refused.Errors);
        Assert.Contains(refused.Errors, error => error.StartsWith("Failover:Pools:api:Probe:Interval is '5'"));
        Assert.StartsWith($"The configuration was refused: {refused.Errors.Count} errors.", refused.Message);
        Assert.All(refused.Errors, error => Assert.Contains($"\n  - {error}", refused.Message));
    }

    [Fact]
    public void What_YARP_cannot_even_read_is_refused_in_its_words() => Assert.Contains(
        Refused(Settings.TwoTiers().With("ReverseProxy:Clusters:api:HttpRequest:ActivityTimeout", "soon")).Errors,
        error => error.StartsWith("ReverseProxy: "));

    [Fact]
    public void An_address_that_is_none_is_a_refusal_and_no_crash() => Assert.Equal(
        ["ReverseProxy:Clusters:api:Destinations:primary:Address is 'localhost:3001'; allowed is an absolute http or https URL."],
        Refused(Settings.TwoTiers(primary: "localhost:3001")).Errors);

    [Fact]
    public void A_cluster_out_of_two_sources_is_a_refusal_and_no_crash() => Assert.Equal(
        ["ReverseProxy:Clusters has 'api' 2 times; allowed is once."],
        Refused(Settings.TwoTiers(), proxy => proxy.LoadFromMemory([], [new ClusterConfig { ClusterId = "API" }])).Errors);

    [Fact]
    public async Task A_bad_reload_leaves_the_old_one_in_force_whole_and_says_all_that_is_wrong()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var gate = gateway.Get<ConfigGate>();
        var before = gate.Current;

        gateway.Settings.With("Failover:Pools:api:Probe:Fall", "0").With("ReverseProxy:Clusters:api:LoadBalancingPolicy", "Luck")
            .With("ReverseProxy:Routes:more:ClusterId", "api").With("ReverseProxy:Routes:more:Match:Path", "/more");
        await gateway.ReloadAsync();

        Assert.Same(before, gate.Current);
        Assert.Equal(1, gate.Refused);
        await Eventually.IsTrueAsync(() => gateway.Log.Has("the old one stays in force. Errors: 2. "));
        Assert.True(gateway.Log.Has("Failover:Pools:api:Probe:Fall is 0; allowed is 1 to 100."));
        Assert.Equal(2, gateway.Pool.View.State.Tuning.Fall);

        gateway.Settings.With("Failover:Pools:api:Probe:Fall", "7").With("ReverseProxy:Clusters:api:LoadBalancingPolicy", "Random");
        await gateway.ReloadAsync();
        Assert.Equal(7, gateway.Pool.View.State.Tuning.Fall);
        Assert.Equal((1, 4), (gate.Refused, gate.Current.Routes.Count));
    }

    [Fact]
    public async Task A_running_gateway_is_not_emptied()
    {
        await using var gateway = await RunningGateway.StartAsync();

        gateway.Settings.Without("ReverseProxy").Without("Failover");
        await gateway.ReloadAsync();

        Assert.Equal(1, gateway.Get<ConfigGate>().Refused);
        await Eventually.IsTrueAsync(() => gateway.Log.Has("a running gateway is not emptied by a reload"));
        Assert.Equal(["primary", "secondary"], gateway.Pool.View.Candidates.ToArray());
    }

    [Fact]
    public async Task An_empty_one_at_the_start_is_a_gateway_without_pools()
    {
        await using var gateway = RunningGateway.Build(Settings.Of());
        Assert.Empty(gateway.Get<ConfigGate>().Current.Pools);
        Assert.Null(gateway.Get<ConfigGate>().Current.DefaultPool);
    }

    [Fact]
    public async Task The_announcements_of_both_sections_are_one_change()
    {
        var time = new FakeTimeProvider();
        await using var gateway = RunningGateway.Build(time: time);
        var gate = gateway.Get<ConfigGate>();
        var seen = new List<int>();
        gate.Changed += config => seen.Add(config.Options.Pools["api"].Probe.Fall);

        gateway.Settings.With("Failover:Pools:api:Probe:Fall", "3").Announce();
        time.Advance(QuietTime / 2);
        gateway.Settings.With("Failover:Pools:api:Probe:Fall", "4").Announce();
        time.Advance(QuietTime - TimeSpan.FromTicks(1));
        Assert.Empty(seen);

        time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal([4], seen);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([4], seen);
    }

    [Fact]
    public async Task Code_may_change_what_was_read_at_the_start_and_at_each_reload_and_is_checked()
    {
        await using var gateway = await RunningGateway.StartAsync(configure: options => options.Pools["api"].Attempts.Max *= 2);
        Assert.Equal(6, gateway.Pool.Setup.Options.Attempts.Max);

        gateway.Settings["Failover:Pools:api:Attempts:Max"] = "4";
        await gateway.ReloadAsync();
        Assert.Equal(8, gateway.Pool.Setup.Options.Attempts.Max);

        gateway.Settings["Failover:Pools:api:Attempts:Max"] = "10";
        await gateway.ReloadAsync();
        await Eventually.IsTrueAsync(() => gateway.Log.Has("Failover:Pools:api:Attempts:Max is 20; allowed is 1 to 10."));
        Assert.Equal(8, gateway.Pool.Setup.Options.Attempts.Max);
    }

    [Fact]
    public async Task Code_that_throws_at_a_reload_refuses_it_and_does_not_end_the_process()
    {
        var throws = false;
        var time = new FakeTimeProvider();
        await using var gateway = RunningGateway.Build(
            time: time, configure: options => options.Seed = throws ? throw new InvalidOperationException("a bug of the user's") : 1);
        var before = gateway.Get<ConfigGate>().Current;

        throws = true;
        gateway.Settings.Announce();
        // An exception here would come out of a timer, where nobody catches it.
        time.Advance(QuietTime);

        Assert.Same(before, gateway.Get<ConfigGate>().Current);
        Assert.Equal(1, gateway.Get<ConfigGate>().Refused);
        Assert.True(gateway.Log.Has("a bug of the user's"));
    }

    [Fact]
    public async Task The_section_may_come_from_elsewhere()
    {
        var section = Settings.Of(("Elsewhere:Pools:api:Tiers:0", "secondary"), ("Elsewhere:Pools:api:Tiers:1", "primary")).ToConfiguration();
        var builder = WebApplication.CreateEmptyBuilder(new());
        var settings = Settings.TwoTiers().Without("Failover");
        builder.WebHost.UseKestrelCore();
        builder.Configuration.Sources.Add(settings);
        builder.Services.AddRouting().AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"))
            .AddFailover(section.GetSection("Elsewhere"));
        await using var app = builder.Build();

        Assert.Equal(["secondary", "primary"], app.Services.GetRequiredService<ConfigGate>().Current.Pools[0].Definition.Tiers.Select(tier => tier.Name));
    }

    private static ConfigurationRefusedException Refused(Settings settings, Action<IReverseProxyBuilder>? proxy = null) =>
        Assert.Throws<ConfigurationRefusedException>(() => RunningGateway.Build(settings, proxy: proxy));
}
