using Gateway.Core;
using Gateway.Failover.Configuration;
using Gateway.Failover.Configuration.Amending;
using Gateway.Failover.Engine;
using Gateway.Tests.Operators;

namespace Gateway.Tests.Configuration.Amending;

/// <summary>Configuration and operators' changes together: reloads, restarts, and who wins.</summary>
public sealed class AmendedGateTests : IDisposable
{
    private const string Third = """{ "id": "third", "address": "http://third.test/", "tier": 2 }""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-amended");

    private string Kept => Path.Combine(_folder.FullName, "journal.backends.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_reload_keeps_what_operators_have_changed()
    {
        await using var gateway = await StartAsync();
        await ThirdInsteadOfSecondaryAsync(gateway);

        gateway.Settings["Failover:Pools:api:Probe:Fall"] = "7";
        await gateway.ReloadAsync();

        Assert.Equal(("primary|third", 7), (BackendApiTests.Tiers(gateway), gateway.Pool.View.State.Tuning.Fall));
        Assert.Equal(["primary", "third"], BackendApiTests.Destinations(gateway));
    }

    [Fact]
    public async Task A_restart_keeps_them_too()
    {
        await using (var first = await StartAsync())
        {
            Assert.DoesNotContain("restart", await ThirdInsteadOfSecondaryAsync(first), StringComparison.Ordinal);
        }

        await using var second = await StartAsync();

        Assert.Equal("primary|third", BackendApiTests.Tiers(second));
        Assert.Equal(["primary", "third"], BackendApiTests.Destinations(second));
        Assert.Equal(["third"], second.Pool.Setup.Added);
        await BackendApiTests.AcceptedAsync(second, """{ "id": "secondary" }""");
        Assert.Equal("primary|secondary|third", BackendApiTests.Tiers(second));
    }

    [Fact]
    public async Task A_broken_file_never_stops_the_start()
    {
        await File.WriteAllTextAsync(Kept, "garbage");
        await using var gateway = await StartAsync();
        Assert.Equal("primary|secondary", BackendApiTests.Tiers(gateway));
        Assert.True(gateway.Log.Has("was set aside as"));
        await BackendApiTests.AcceptedAsync(gateway, Third);
        await using var again = await StartAsync();
        Assert.Equal("primary|secondary|third", BackendApiTests.Tiers(again));
    }

    [Fact]
    public async Task A_disk_that_cannot_be_written_costs_the_keeping_and_not_the_change()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "blocked"), "a file where a folder should be");
        await using var gateway = await BackendApiTests.StartAsync(Settings.TwoTiers()
            .With("Failover:Journal:Path", Path.Combine(_folder.FullName, "blocked", "journal.jsonl")));
        var sentence = await BackendApiTests.AcceptedAsync(gateway, Third);
        Assert.StartsWith("an operator at 127.0.0.1 added third", sentence, StringComparison.Ordinal);
        Assert.EndsWith("until it can, a restart forgets it.", sentence, StringComparison.Ordinal);
        Assert.Equal("primary|secondary|third", BackendApiTests.Tiers(gateway));
    }

    [Fact]
    public async Task What_the_configuration_names_now_is_the_configurations()
    {
        await using var gateway = await StartAsync();
        await BackendApiTests.AcceptedAsync(gateway, Third);

        gateway.Settings.With("ReverseProxy:Clusters:api:Destinations:Third:Address", "http://another.test/")
            .With("Failover:Pools:api:Tiers:0", "Third")
            .With("Failover:Pools:api:Tiers:2", "primary");
        await gateway.ReloadAsync();

        Assert.Equal("Third|secondary|primary", BackendApiTests.Tiers(gateway));
        Assert.Equal("http://another.test/", gateway.Pool.Setup.Addresses["third"].Address);
        Assert.Empty(gateway.Pool.Setup.Added);
        await Eventually.IsTrueAsync(
            () => gateway.Log.Has("third, which was added to api at http://third.test/, is in the configuration now, and the configuration wins."));
        await using var again = await StartAsync(gateway.Settings);
        Assert.False(again.Log.Has("has lapsed"));
    }

    [Fact]
    public async Task The_same_entry_in_the_configuration_changes_only_whose_it_is()
    {
        await using var gateway = await StartAsync();
        await BackendApiTests.AcceptedAsync(gateway, Third);
        gateway.Settings.With("ReverseProxy:Clusters:api:Destinations:third:Address", "http://third.test/")
            .With("Failover:Pools:api:Tiers:2", "third");
        await gateway.ReloadAsync();
        Assert.Empty(gateway.Pool.Setup.Added);
        Assert.True(gateway.Get<ConfigGate>().Current.Amendments.IsEmpty);
    }

    [Fact]
    public async Task A_removal_holds_until_the_configuration_no_longer_names_the_backend()
    {
        await using var gateway = await StartAsync();
        await ThirdInsteadOfSecondaryAsync(gateway);

        gateway.Settings.Without("ReverseProxy:Clusters:api:Destinations:secondary").Without("Failover:Pools:api:Tiers:1");
        await gateway.ReloadAsync();
        await Eventually.IsTrueAsync(() => gateway.Log.Has("secondary, which was removed from api, is not in the configuration any more."));
        Assert.Equal("primary|third", BackendApiTests.Tiers(gateway));

        gateway.Settings.With("ReverseProxy:Clusters:api:Destinations:secondary:Address", "http://secondary.test/")
            .With("Failover:Pools:api:Tiers:1", "secondary");
        await gateway.ReloadAsync();
        Assert.Equal("primary|secondary|third", BackendApiTests.Tiers(gateway));
    }

    [Fact]
    public async Task Removals_that_would_leave_a_pool_empty_lapse()
    {
        await using var gateway = await StartAsync();
        await gateway.ProbedAsync("secondary", passed: true);
        await BackendApiTests.RemovedAsync(gateway, "primary");
        gateway.Settings.Without("ReverseProxy:Clusters:api:Destinations:secondary").Without("Failover:Pools:api:Tiers:1");
        await using var again = await StartAsync(gateway.Settings);
        Assert.Equal("primary", BackendApiTests.Tiers(again));
        Assert.True(again.Log.Has("primary, removed from api, would leave it without a backend under the changed configuration."));
    }

    [Fact]
    public async Task What_was_changed_in_a_pool_that_is_gone_is_forgotten()
    {
        await using var gateway = await StartAsync();
        await ThirdInsteadOfSecondaryAsync(gateway);
        gateway.Settings.Without("Failover:Pools");
        await using var again = await StartAsync(gateway.Settings);
        Assert.True(again.Log.Has("api is no pool of the configuration any more; forgotten is that third was added and secondary was removed."));
        Assert.True(again.Get<ConfigGate>().Current.Amendments.IsEmpty);
    }

    [Fact]
    public async Task An_added_tier_stays_behind_the_tiers_that_the_configuration_gets_later()
    {
        await using var gateway = await StartAsync();
        await BackendApiTests.AcceptedAsync(gateway, Third);
        gateway.Settings.With("ReverseProxy:Clusters:api:Destinations:tertiary:Address", "http://tertiary.test/")
            .With("Failover:Pools:api:Tiers:2", "tertiary");
        await gateway.ReloadAsync();
        Assert.Equal("primary|secondary|tertiary|third", BackendApiTests.Tiers(gateway));
    }

    [Fact]
    public async Task Who_shares_an_added_tier_goes_on_sharing_it_when_a_tier_before_it_is_removed()
    {
        await using var gateway = await StartAsync();
        await gateway.ProbedAsync("primary", passed: true);
        await BackendApiTests.AcceptedAsync(gateway, Third);
        await BackendApiTests.AcceptedAsync(gateway, """{ "id": "fourth", "address": "http://fourth.test/", "tier": 3 }""");
        await BackendApiTests.AcceptedAsync(gateway, """{ "id": "fifth", "address": "http://fifth.test/" }""");
        Assert.Equal("primary|secondary|third|fourth+fifth", BackendApiTests.Tiers(gateway));

        await BackendApiTests.RemovedAsync(gateway, "third");
        await BackendApiTests.RemovedAsync(gateway, "secondary");
        Assert.Equal("primary|fourth+fifth", BackendApiTests.Tiers(gateway));
        await BackendApiTests.AcceptedAsync(gateway, """{ "id": "sixth", "address": "http://sixth.test/", "tier": 1 }""");
        await BackendApiTests.AcceptedAsync(gateway, """{ "id": "secondary" }""");
        Assert.Equal("primary|secondary|fourth+fifth+sixth", BackendApiTests.Tiers(gateway));
    }

    [Fact]
    public async Task A_broken_configuration_does_not_keep_an_operator_from_adding_and_its_errors_are_its_own()
    {
        await using var gateway = await StartAsync();
        gateway.Settings.With("Failover:Pools:api:Tiers:2", "third");
        await gateway.ReloadAsync();
        Assert.Equal(1, gateway.Get<ConfigGate>().Refused);

        await BackendApiTests.AcceptedAsync(gateway, Third);
        Assert.Equal("primary|secondary|third", BackendApiTests.Tiers(gateway));
        await gateway.ReloadAsync();
        Assert.Equal(2, gateway.Get<ConfigGate>().Refused);
        await Eventually.IsTrueAsync(
            () => gateway.Log.Lines.Count(line => line.Message.Contains("Failover:Pools:api:Tiers has 'third'; allowed are")) == 2);
    }

    [Fact]
    public async Task Options_that_the_application_shares_are_not_changed()
    {
        var shared = new PoolOptions { Tiers = [["primary"], ["secondary"]] };
        await using var gateway = await RunningGateway.StartAsync(configure: options => options.Pools["api"] = shared);
        gateway.Get<Failover.Operators.PoolCommands>().Resolve = (_, _) => Task.FromResult(Array.Empty<System.Net.IPAddress>());
        await BackendApiTests.AcceptedAsync(gateway, Third);
        gateway.Settings["Failover:Engine:HistorySize"] = "500";
        await gateway.ReloadAsync();
        Assert.Equal("primary|secondary|third", BackendApiTests.Tiers(gateway));
        Assert.Equal(2, shared.Tiers.Count);
    }

    [Fact]
    public async Task Reloads_and_additions_at_the_same_time_both_hold()
    {
        await using var gateway = await StartAsync(Settings.TwoTiers().With("Failover:Pools:api:Probe:Watch", "false"));
        var reloads = Task.Run(async () =>
        {
            for (var fall = 3; fall <= 6; fall++)
            {
                gateway.Settings["Failover:Pools:api:Probe:Fall"] = $"{fall}";
                gateway.Settings.Announce();
                await Eventually.EqualAsync(fall, () => gateway.Pool.View.State.Tuning.Fall);
            }
        });
        var added = 0;
        for (; !reloads.IsCompleted && added < AmendmentRules.MostAdded; added++)
        {
            await BackendApiTests.AcceptedAsync(gateway, $$"""{ "id": "b{{added}}", "address": "http://127.0.0.1:1/", "tier": 1 }""");
        }

        await reloads;

        Assert.Equal(6, gateway.Get<ConfigGate>().Current.Options.Pools["api"].Probe.Fall);
        Assert.InRange(added, 4, AmendmentRules.MostAdded);
        Assert.Equal(2 + added, gateway.Pool.View.State.Backends.Count);
        Assert.Equal(2 + added, BackendApiTests.Destinations(gateway).Count());
        Assert.Equal(0, gateway.Get<FailoverEngine>().Faults);
    }

    [Fact]
    public async Task Many_operators_at_once_get_their_way_one_after_the_other()
    {
        await using var gateway = await StartAsync(Settings.TwoTiers().With("Failover:Pools:api:Probe:Watch", "false"));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => BackendApiTests.AcceptedAsync(
            gateway, $$"""{ "id": "b{{number}}", "address": "http://127.0.0.1:1/", "tier": 1 }""")));

        Assert.Equal(22, gateway.Pool.View.State.Backends.Count);
        Assert.Equal(22, BackendApiTests.Destinations(gateway).Count());
        Assert.Equal(0, gateway.Get<FailoverEngine>().Faults);
    }

    [Fact]
    public async Task A_change_that_the_engine_does_not_take_in_time_is_withdrawn_for_good()
    {
        await using var gateway = RunningGateway.Build(Settings.TwoTiers().With("Failover:Operators:CommandTimeout", "100ms"));
        var before = gateway.Get<ConfigGate>().Current;
        var wanted = new Amendment.Change(new PoolId("api"), Amendments.None, "a test changed it", _ => null);

        var (answer, _) = gateway.Get<ConfigGate>().Amend(_ => wanted, gateway.Inbox.Amend, TimeSpan.FromSeconds(20));

        Assert.Null(answer);
        Assert.Same(before, gateway.Get<ConfigGate>().Current);
        Assert.True(gateway.Inbox.Letters.TryRead(out var letter));
        Assert.False(Assert.IsType<Letter.Amended>(letter).TryTake());
    }

    [Fact]
    public async Task A_newcomer_under_an_old_name_is_a_newcomer_after_a_restart_too()
    {
        await using (var first = await StartAsync())
        {
            await first.ProbedAsync("primary", passed: true);
            await BackendApiTests.AcceptedAsync(first, Third);
            await first.ProbedAsync("third", passed: false, times: 2);
            await first.Inbox.AskAsync("api", new Command.Disable(new BackendId("third")), "a test", CancellationToken.None);
            await BackendApiTests.RemovedAsync(first, "third");
            await BackendApiTests.AcceptedAsync(first, Third);
            Assert.Equal((Admin.InService, Health.Unknown), (first.State("third").Admin, first.State("third").Health));
        }

        await using var second = await StartAsync();
        Assert.Equal((Admin.InService, Health.Unknown), (second.State("third").Admin, second.State("third").Health));
    }

    private static async Task<string> ThirdInsteadOfSecondaryAsync(RunningGateway gateway)
    {
        await gateway.ProbedAsync("primary", passed: true);
        return await BackendApiTests.AcceptedAsync(gateway, Third) + await BackendApiTests.RemovedAsync(gateway, "secondary");
    }

    private Task<RunningGateway> StartAsync(Settings? settings = null) => BackendApiTests.StartAsync(
        (settings ?? Settings.TwoTiers()).With("Failover:Journal:Path", Path.Combine(_folder.FullName, "journal.jsonl")));
}
