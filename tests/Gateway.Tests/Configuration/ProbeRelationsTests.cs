using Gateway.Failover.Configuration;

namespace Gateway.Tests.Configuration;

/// <summary>What has to fit together in a pool's probes, each in the sentence that an operator reads.</summary>
public class ProbeRelationsTests
{
    [Fact]
    public void What_fits_is_left_alone() => Assert.Empty(Broken(probe =>
    {
        (probe.Host, probe.ServerName, probe.Path) = ("[::1]:81", "own.example", "/ready?deep=1");
        (probe.Statuses, probe.DrainStatuses, probe.DrainHeader) = (["200", "204", "300-399"], [503], string.Empty);
        (probe.Contains, probe.Headers["Authorization"], probe.Headers["X-Key"]) = ("ready", "Bearer x", string.Empty);
    }));

    [Fact]
    public void A_path_begins_with_a_slash() =>
        Says("Failover:Pools:api:Probe:Path is 'health'; allowed is a path that begins with '/'.", probe => probe.Path = "health");

    [Theory]
    [InlineData("a b")]
    [InlineData("http://a")]
    [InlineData("a/b")]
    [InlineData("me@a")]
    [InlineData("a:99999")]
    [InlineData("a\r\nX: y")]
    public void A_host_is_what_a_host_header_may_say(string host) =>
        Says($"Failover:Pools:api:Probe:Host is '{host}'; allowed is a name or an address, with a port or without.", probe => probe.Host = host);

    [Theory]
    [InlineData("own.example:443")]
    [InlineData("a b")]
    public void A_server_name_is_a_name(string name) =>
        Says($"Failover:Pools:api:Probe:ServerName is '{name}'; allowed is a name without a port.", probe => probe.ServerName = name);

    [Theory]
    [InlineData("Host")]
    [InlineData("connection")]
    [InlineData("Transfer-Encoding")]
    [InlineData("Content-Length")]
    [InlineData("x-failover-epoch")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("")]
    public void Not_every_header_field_may_be_added(string name) => Says(
        $"Failover:Pools:api:Probe:Headers has '{name}'; allowed are the names of header fields, without Host (which is Probe:Host), Content-*, X-Failover-* "
            + "and those of the connection.",
        probe => probe.Headers[name] = "value");

    [Theory]
    [InlineData("a secret\r\nX-Other: b")]
    [InlineData("a secret\n")]
    [InlineData("ein Schlüssel")]
    public void A_value_is_one_line_and_is_never_shown(string value) => Says(
        "Failover:Pools:api:Probe:Headers:X-Key has a value that cannot be sent; allowed is one line of ASCII characters.",
        probe => probe.Headers["X-Key"] = value);

    [Theory]
    [InlineData("2xx")]
    [InlineData("99")]
    [InlineData("600")]
    [InlineData("300-200")]
    [InlineData("200-")]
    [InlineData("-200")]
    [InlineData("200-299-300")]
    [InlineData(" 200")]
    [InlineData("")]
    public void A_status_is_one_or_a_range(string text) => Says(
        $"Failover:Pools:api:Probe:Statuses has '{text}'; allowed is a status such as 200 or a range such as 200-399, from 100 to 599.",
        probe => probe.Statuses = ["200", text]);

    [Fact]
    public void Some_status_passes() => Says(
        "Failover:Pools:api:Probe:Statuses is empty; allowed are a status such as 200 or a range such as 200-399, from 100 to 599.",
        probe => probe.Statuses = []);

    [Fact]
    public void A_text_is_not_longer_than_what_is_looked_for() => Says(
        "Failover:Pools:api:Probe:Contains has 1025 bytes; allowed are at most 1024.", probe => probe.Contains = new string('x', 1025));

    [Theory]
    [InlineData(ProbeKind.Tcp)]
    [InlineData(ProbeKind.Grpc)]
    public void Bodies_and_statuses_are_of_HTTP(ProbeKind kind) => Assert.Equal(
        [
            $"Failover:Pools:api:Probe:Contains is 'ready' and Kind {kind}; allowed is Contains with Kind Http.",
            $"Failover:Pools:api:Probe:DrainStatuses is [503] and Kind {kind}; allowed are DrainStatuses with Kind Http.",
        ],
        Broken(probe => (probe.Kind, probe.Contains, probe.DrainStatuses) = (kind, "ready", [503])));

    [Fact]
    public void A_service_is_of_gRPC() => Says(
        "Failover:Pools:api:Probe:Service is 'shop' and Kind Http; allowed is a Service with Kind Grpc.", probe => probe.Service = "shop");

    [Theory]
    [InlineData("X Drain")]
    [InlineData("X-Drain:")]
    public void A_drain_header_is_the_name_of_one(string name) => Says(
        $"Failover:Pools:api:Probe:DrainHeader is '{name}'; allowed is the name of a header field, or nothing.", probe => probe.DrainHeader = name);

    [Fact]
    public void The_fast_interval_is_not_slower_than_the_other() => Says(
        "Failover:Pools:api:Probe:FastInterval is 2s and Interval 1s; allowed is a FastInterval of at most Interval.",
        probe => probe.FastInterval = TimeSpan.FromSeconds(2));

    [Fact]
    public void The_slow_interval_is_not_faster_than_the_other() => Says(
        "Failover:Pools:api:Probe:SlowInterval is 500ms and Interval 1s; allowed is a SlowInterval of at least Interval.",
        probe => probe.SlowInterval = TimeSpan.FromMilliseconds(500));

    [Fact]
    public void A_slow_interval_that_nobody_has_set_is_in_nobodys_way() => Assert.Empty(Broken(probe => probe.Interval = TimeSpan.FromSeconds(10)));

    [Fact]
    public void Headers_are_read_by_name_without_case_and_all_settings_as_they_are_written()
    {
        var (options, errors) = Read(
            ("Kind", "grpc"), ("Scheme", "https"), ("Headers:Authorization", "Bearer x"), ("Headers:x-key", "y"), ("Statuses:0", "200"), ("Statuses:1", "300-399"),
            ("DrainStatuses", "503"), ("AcceptAnyCertificate", "true"));

        Assert.Empty(errors);
        Assert.Equal((ProbeKind.Grpc, ProbeScheme.Https, true), (options.Kind, options.Scheme, options.AcceptAnyCertificate));
        Assert.Equal(("Bearer x", "y"), (options.Headers["AUTHORIZATION"], options.Headers["X-Key"]));
        Assert.Equal(["200", "300-399"], options.Statuses);
        Assert.Equal([503], options.DrainStatuses);
    }

    [Theory]
    [InlineData("Kind", "Udp", "Failover:Pools:api:Probe:Kind is 'Udp'; allowed is one of Http, Tcp, Grpc.")]
    [InlineData("Scheme", "h2", "Failover:Pools:api:Probe:Scheme is 'h2'; allowed is one of Destination, Http, Https.")]
    [InlineData("Port", "65536", "Failover:Pools:api:Probe:Port is 65536; allowed is 0 to 65535.")]
    [InlineData("DrainStatuses:0", "99", "Failover:Pools:api:Probe:DrainStatuses is [99]; allowed is 100 to 599.")]
    [InlineData("Headers:X-Key:Name", "secret", "Failover:Pools:api:Probe:Headers:X-Key is a group of settings; allowed is a text.")]
    [InlineData("Headers", "X-Key", "Failover:Pools:api:Probe:Headers is 'X-Key'; allowed is a group of settings, one for each name.")]
    public void What_cannot_be_read_is_told(string key, string value, string sentence) => Assert.Equal([sentence], Read((key, value)).Errors);

    private static (ProbeOptions Options, List<string> Errors) Read(params (string Key, string? Value)[] values)
    {
        var section = Settings.Of([.. values.Select(pair => ($"Failover:Pools:api:Probe:{pair.Key}", pair.Value))]).ToConfiguration().GetSection("Failover");
        var (options, errors) = (new FailoverOptions(), new List<string>());
        var reader = new OptionsReader(errors);
        reader.Read(options, section);
        reader.CheckRanges(options, "Failover");
        return (options.Pools["api"].Probe, errors);
    }

    private static IEnumerable<string> Broken(Action<ProbeOptions> change)
    {
        var probe = new ProbeOptions();
        change(probe);
        return ProbeRelations.Broken("Failover:Pools:api", probe);
    }

    private static void Says(string sentence, Action<ProbeOptions> change) => Assert.Equal([sentence], Broken(change));
}
