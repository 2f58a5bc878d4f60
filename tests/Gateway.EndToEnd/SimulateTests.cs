using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary><c>simulate</c>, as people call it.</summary>
public sealed class SimulateTests(ITestOutputHelper output) : EndToEndTest(output)
{
    [Fact]
    public async Task An_outage_is_replayed_with_two_configurations_side_by_side_and_a_bad_trace_is_one_sentence()
    {
        var trace = Folder.File("outage.json");
        await File.WriteAllTextAsync(trace, """{ "story": "A crash.", "duration": "20s", "events": [{ "at": "5s", "backend": "primary", "is": "dead", "until": "8s" }] }""");
        var config = new GatewayConfig(Folder, ("primary", new Uri("http://127.0.0.1:1/")), ("secondary", new Uri("http://127.0.0.1:2/"))).Save().Path;
        var other = Folder.File("other.json");
        await File.WriteAllTextAsync(other, await File.ReadAllTextAsync(config));

        var replayed = Simulate("--config", config, "--trace", trace, "--compare", other);
        Assert.Equal(0, await replayed.ExitAsync());
        Assert.Contains("R30   api moved from primary to secondary", replayed.Output, StringComparison.Ordinal);
        Assert.Contains("GETs that failed                                   0             0             =", replayed.Output, StringComparison.Ordinal);
        Assert.Equal(string.Empty, replayed.Errors);

        await File.WriteAllTextAsync(trace, """{ "duration": "20s", "events": [{ "at": "5s", "backend": "tertiary", "is": "dead" }] }""");
        var refused = Simulate("--config", config, "--trace", trace);
        Assert.Equal(1, await refused.ExitAsync());
        Assert.Equal($"{trace}: the backend 'tertiary' is not in the pool api; allowed are primary, secondary.", refused.Errors.Trim());
        Assert.Equal(string.Empty, refused.Output);
    }

    // Not as a gateway is launched: it listens nowhere.
    private ChildProcess Simulate(params string[] arguments) =>
        Own(new ChildProcess("simulate", Folder.Path, "dotnet", [Programs.Host, "simulate", .. arguments]));
}
