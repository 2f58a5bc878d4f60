using System.Reflection;
using Gateway.Core;
using Gateway.Failover.Configuration;
using Microsoft.Extensions.Configuration;

namespace Gateway.Tests.Configuration;

public class OptionsReaderTests
{
    [Fact]
    public void Nothing_wrong_is_nothing_said_and_all_is_read()
    {
        var (options, errors) = Read(
            ("Pools:api:Tiers:0", "primary"), ("Pools:api:Tiers:1:0", "b"), ("Pools:api:Tiers:1:1", "c"),
            ("Pools:api:Probe:Interval", "250ms"), ("pools:API:failback:mode", "manual"), ("Pools:api:Judging:FailureStatuses:0", "403"),
            ("Faults:Allowed", "TRUE"), ("Journal:MaxBytes", "65536"), ("Seed", "7"), ("Live:LogLevel", "Warning"));

        Assert.Empty(errors);
        var pool = options.Pools["api"];
        Assert.Equal([["primary"], ["b", "c"]], pool.Tiers);
        Assert.Equal(TimeSpan.FromMilliseconds(250), pool.Probe.Interval);
        Assert.Equal(FailbackMode.Manual, pool.Failback.Mode);
        Assert.Equal([403], pool.Judging.FailureStatuses);
        Assert.True(options.Faults.Allowed);
        Assert.Equal((65_536, 7), (options.Journal.MaxBytes, options.Seed));
    }

    [Theory]
    [InlineData("Pools:api:Probe:Intervall", "1s", "Failover:Pools:api:Probe:Intervall is not a setting; did you mean Interval.")]
    [InlineData("Pools:api:Probe:Inter", "1s", "Failover:Pools:api:Probe:Inter is not a setting; did you mean Interval.")]
    [InlineData("Faults:Enabled", "true", "Failover:Faults:Enabled is not a setting; allowed are Allowed, FailPath, RecoverPath, Timeout.")]
    public void A_name_that_does_not_exist_is_answered_with_those_that_do(string key, string value, string sentence) =>
        Assert.Equal([sentence], Read((key, value)).Errors);

    [Theory]
    [InlineData("Pools:api:Probe:Interval", "5", "Failover:Pools:api:Probe:Interval is '5'; allowed is a duration with its unit, such as 500ms, 10s, 2m or 1h.")]
    [InlineData("Pools:api:Probe:Interval:Seconds", "5", "Failover:Pools:api:Probe:Interval is a group of settings; allowed is a duration with its unit, such as 500ms, 10s, 2m or 1h.")]
    [InlineData("Pools:api:Probe:Fall", "two", "Failover:Pools:api:Probe:Fall is 'two'; allowed is a whole number.")]
    [InlineData("Pools:api:Probe:Fall", "99999999999", "Failover:Pools:api:Probe:Fall is '99999999999'; allowed is a whole number.")]
    [InlineData("Pools:api:Probe:Jitter", "some", "Failover:Pools:api:Probe:Jitter is 'some'; allowed is a number.")]
    [InlineData("Pools:api:Failback:Mode", "Sometimes", "Failover:Pools:api:Failback:Mode is 'Sometimes'; allowed is one of Automatic, Manual, Never.")]
    [InlineData("Pools:api:Failback:Mode", "1", "Failover:Pools:api:Failback:Mode is '1'; allowed is one of Automatic, Manual, Never.")]
    [InlineData("Faults:Allowed", "yes", "Failover:Faults:Allowed is 'yes'; allowed is true or false.")]
    [InlineData("Pools:api:Judging:FailureStatuses:0", "many", "Failover:Pools:api:Judging:FailureStatuses:0 is 'many'; allowed is a whole number.")]
    [InlineData("DefaultPool:Name", "api", "Failover:DefaultPool is a group of settings; allowed is a text.")]
    [InlineData("Pools:api:Probe", "fast", "Failover:Pools:api:Probe is 'fast'; allowed is a group of settings: Kind, Scheme, Port, Host, Path, Headers, Statuses, Contains, Service, ServerName, AcceptAnyCertificate, DrainHeader, DrainStatuses, Interval, FastInterval, SlowInterval, Timeout, Fall, Rise, Watch, Jitter.")]
    [InlineData("Pools:api", "primary", "Failover:Pools:api is 'primary'; allowed is a group of settings: Tiers, TierMinimum, SpillOver, Backends, Enforced, Probe, Judging, Attempts, Hedging, Budget, Hold, Standby, Streams, Failback.")]
    [InlineData("Pools", "api", "Failover:Pools is 'api'; allowed is a group of settings, one for each name.")]
    public void A_value_of_another_kind_is_refused_in_a_sentence_that_names_it(string key, string value, string sentence) =>
        Assert.Equal([sentence], Read((key, value)).Errors);

    [Fact]
    public void All_errors_come_at_once()
    {
        var (_, errors) = Read(
            ("Pools:api:Probe:Interval", "0s"), ("Pools:api:Probe:Fall", "0"), ("Pools:api:Attempts:Max", "x"), ("Nonsense", "1"));

        Assert.Equal(4, errors.Count);
        Assert.Contains("Failover:Pools:api:Probe:Interval is 0s; allowed is 10ms to 1h.", errors);
        Assert.Contains("Failover:Pools:api:Probe:Fall is 0; allowed is 1 to 100.", errors);
    }

    [Theory]
    [InlineData("Tiers")]
    [InlineData("Tiers:0")]
    [InlineData("Tiers:0:0")]
    public void A_scalar_where_a_list_is_expected_is_a_list_of_one(string key) =>
        Assert.Equal([["primary"]], Read(($"Pools:api:{key}", "primary")).Options.Pools["api"].Tiers);

    [Fact]
    public void An_empty_list_is_a_list_without_anything()
    {
        var (options, errors) = Read(("Pools:api:Judging:FailureStatuses", string.Empty), ("Telemetry:Meters", string.Empty));

        Assert.Empty(errors);
        Assert.Empty(options.Pools["api"].Judging.FailureStatuses);
        Assert.Empty(options.Telemetry.Meters);
    }

    [Fact]
    public void The_range_of_every_setting_is_kept_at_both_ends()
    {
        var ranged = Ranged().ToList();
        Assert.True(ranged.Count >= 20, $"{ranged.Count} settings have a range.");
        Assert.All(ranged, setting =>
        {
            Assert.Empty(Read((setting.Path, setting.Allowed.From)).Errors);
            Assert.Empty(Read((setting.Path, setting.Allowed.To)).Errors);
            Assert.All(Beyond(setting.Property, setting.Allowed), text => Assert.Contains(
                $"allowed is {setting.Allowed}.", Assert.Single(Read((setting.Path, text)).Errors), StringComparison.Ordinal));
        });
    }

    [Fact]
    public void Every_number_and_duration_has_a_range_and_its_default_is_in_it()
    {
        var (_, errors) = Read(("Pools:api:Tiers", "primary"));
        Assert.Empty(errors);
        Assert.All(SettingsOf(typeof(FailoverOptions), string.Empty), setting => Assert.True(
            !IsMeasured(setting.Property.PropertyType) || setting.Property.IsDefined(typeof(AllowedAttribute)), $"{setting.Path} has no range."));
    }

    [Fact]
    public void What_code_has_set_is_checked_like_what_was_read()
    {
        var errors = new List<string>();
        var options = new FailoverOptions { Pools = { ["api"] = new PoolOptions { Probe = { Fall = 1_000 } } }, DefaultPool = null! };

        new OptionsReader(errors).CheckRanges(options, "Failover");

        Assert.Equal(["Failover:Pools:api:Probe:Fall is 1000; allowed is 1 to 100.", "Failover:DefaultPool is empty."], errors);
    }

    private static (FailoverOptions Options, List<string> Errors) Read(params (string Key, string? Value)[] values)
    {
        var section = Settings.Of([.. values.Select(pair => ($"Failover:{pair.Key}", pair.Value))]).ToConfiguration().GetSection("Failover");
        var (options, errors) = (new FailoverOptions(), new List<string>());
        var reader = new OptionsReader(errors);
        reader.Read(options, section);
        reader.CheckRanges(options, "Failover");
        return (options, errors);
    }

    private static IEnumerable<(string Path, PropertyInfo Property, AllowedAttribute Allowed)> Ranged() =>
        from setting in SettingsOf(typeof(FailoverOptions), string.Empty)
        let allowed = setting.Property.GetCustomAttribute<AllowedAttribute>()
        where allowed is not null
        select (setting.Path, setting.Property, allowed);

    private static IEnumerable<(string Path, PropertyInfo Property)> SettingsOf(Type type, string path) =>
        OptionsReader.Settings(type).SelectMany(property => property.PropertyType switch
        {
            var kind when OptionsReader.IsGroup(kind) => SettingsOf(kind, $"{path}{property.Name}:"),
            { IsGenericType: true } kind when kind.GetGenericTypeDefinition() == typeof(Dictionary<,>) =>
                SettingsOf(kind.GetGenericArguments()[1], $"{path}{property.Name}:api:"),
            _ => [($"{path}{property.Name}", property)],
        });

    private static bool IsMeasured(Type type) =>
        type == typeof(int) || type == typeof(long) || type == typeof(double) || type == typeof(TimeSpan) || type == typeof(List<int>);

    private static IEnumerable<string> Beyond(PropertyInfo property, AllowedAttribute allowed)
    {
        if (property.PropertyType == typeof(TimeSpan))
        {
            return new[] { Duration.Parse(allowed.From) - TimeSpan.FromMilliseconds(1), Duration.Parse(allowed.To) + TimeSpan.FromMilliseconds(1) }
                .Where(span => span >= TimeSpan.Zero).Select(Duration.Format);
        }

        var step = property.PropertyType == typeof(double) ? 0.001 : 1;
        return new[] { double.Parse(allowed.From) - step, double.Parse(allowed.To) + step }
            .Where(number => property.PropertyType != typeof(int) || number <= int.MaxValue)
            .Select(number => number.ToString("0.###"));
    }
}
