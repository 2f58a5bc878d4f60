using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>Starting and ending: taken ports, polite and rude signals, and what becomes of the demo's children.</summary>
public sealed partial class ProcessTests(ITestOutputHelper output) : EndToEndTest(output)
{
    [Fact]
    public async Task A_taken_gateway_port_is_one_sentence_and_exit_code_1()
    {
        using var other = Occupy(out var port);
        var gateway = Own(GatewayProcess.LaunchAt(port, Folder, $"--Demo:Ports={Ports.Take()},{Ports.Take()}"));

        Assert.Equal(1, await gateway.ExitAsync());
        var sentence = Assert.Single(gateway.Errors.Split('\n'));
        Assert.Contains($"127.0.0.1:{port}", sentence, StringComparison.Ordinal);
        Assert.Contains("another program listens there", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", gateway.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(" ERR ", gateway.Output, StringComparison.Ordinal);
        await AssertGoneAsync(Children(gateway));
    }

    [Theory]
    [InlineData("primary")]
    [InlineData("secondary")]
    public async Task A_taken_demo_port_is_one_sentence_and_exit_code_1(string backend)
    {
        using var other = Occupy(out var port);
        var ports = backend == "primary" ? $"{port},{Ports.Take()}" : $"{Ports.Take()},{port}";
        var gateway = Launch($"--Demo:Ports={ports}");

        Assert.Equal(1, await gateway.ExitAsync());
        var sentence = Assert.Single(gateway.Errors.Split('\n'));
        Assert.Contains($"Port {port}, which the demo's {backend} needs, is taken", sentence, StringComparison.Ordinal);
        Assert.Equal(string.Empty, gateway.Output);
    }

    [Theory]
    [InlineData(nameof(Signal.Terminate))]
    [InlineData(nameof(Signal.Interrupt))]
    public async Task A_polite_signal_ends_the_gateway_and_the_demo_with_exit_code_0(string signal)
    {
        var gateway = LaunchDemo();
        await gateway.AllUpAsync();
        var children = Children(gateway);
        Assert.Equal(2, children.Count);

        gateway.Send(Enum.Parse<Signal>(signal));

        Assert.Equal(0, await gateway.ExitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(string.Empty, gateway.Errors);
        Assert.DoesNotContain(" ERR ", gateway.Output, StringComparison.Ordinal);
        await AssertGoneAsync(children);
    }

    [Theory]
    [InlineData("Demo backend primary started")]
    [InlineData("Demo backend secondary started")]
    [InlineData("Pool api starts")]
    public async Task A_polite_signal_while_it_starts_ends_it_too(string when)
    {
        var gateway = LaunchDemo();
        await gateway.SaysAsync(when);

        gateway.Send(Signal.Terminate);

        Assert.Equal(0, await gateway.ExitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(string.Empty, gateway.Errors);
        await AssertGoneAsync(Children(gateway));
    }

    [Fact]
    public async Task A_child_that_stands_still_does_not_keep_the_gateway_from_ending()
    {
        var gateway = LaunchDemo();
        await gateway.AllUpAsync();
        var children = Children(gateway);
        Signals.Send(children[0], Signal.Stop);

        gateway.Send(Signal.Terminate);

        Assert.Equal(0, await gateway.ExitAsync(TimeSpan.FromSeconds(15)));
        await AssertGoneAsync(children);
    }

    [Fact]
    public async Task The_demo_ends_by_itself_when_the_gateway_is_killed()
    {
        var gateway = LaunchDemo();
        await gateway.AllUpAsync();
        var children = Children(gateway);

        gateway.Send(Signal.Kill);

        await gateway.ExitAsync();
        await AssertGoneAsync(children);
    }

    [Fact]
    public async Task A_request_under_way_is_answered_before_the_gateway_ends()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        var gateway = await GatewayAsync(config);
        await primary.FailAsync("slow");
        var asking = gateway.Http.GetAsync("api/data");
        await Eventually.TrueAsync("the primary has the request", async () => (await primary.ExecutionsAsync()).Total == 1);

        gateway.Send(Signal.Terminate);

        using var response = await asking;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, await gateway.ExitAsync());
    }

    [Fact]
    public async Task Somebody_who_watches_the_feed_does_not_keep_the_gateway_from_ending()
    {
        var (primary, secondary) = await BackendsAsync();
        var gateway = await GatewayAsync(ConfigFor(primary, secondary));
        Own(await EventFeed.OpenAsync(gateway));

        gateway.Send(Signal.Terminate);

        Assert.Equal(0, await gateway.ExitAsync(TimeSpan.FromSeconds(10)));
    }

    private static TcpListener Occupy(out int port)
    {
        port = Ports.Take();
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        return listener;
    }

    /// <summary>The demo's processes, as the gateway's log names them.</summary>
    private static List<int> Children(GatewayProcess gateway) => [.. ChildPattern().Matches(gateway.Output).Select(match => int.Parse(match.Groups["id"].Value))];

    private static Task AssertGoneAsync(List<int> processes) =>
        Eventually.TrueAsync("the demo's processes are gone", () => !processes.Exists(Signals.IsAlive), TimeSpan.FromSeconds(10));

    [GeneratedRegex(@"Demo backend \w+ started on port \d+, process (?<id>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ChildPattern();
}
