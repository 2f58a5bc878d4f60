using System.Net;
using System.Net.Sockets;
using Gateway.Core;
using Gateway.Failover.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Tests.Probing;

public sealed class TcpProbeTests : IDisposable
{
    private readonly ProbeBench _bench = new() { Options = { Kind = ProbeKind.Tcp } };

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task Who_takes_a_connection_passes_and_is_told_nothing(string scheme)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        Assert.Null(await _bench.FaultAsync($"{scheme}://{listener.LocalEndpoint}/"));

        using var socket = await listener.AcceptSocketAsync();
        Assert.Equal(0, await socket.ReceiveAsync(new byte[1]));
    }

    [Fact]
    public async Task A_port_of_its_own_is_probed()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _bench.Options.Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        Assert.Null(await _bench.FaultAsync("http://127.0.0.1:1/"));
    }

    [Fact]
    public async Task Who_refuses_fails_at_once()
    {
        var (outcome, _) = await _bench.SendAsync(new DestinationConfig { Address = "http://127.0.0.1:1/" });
        Assert.Equal(new Fault(FaultKind.Connect, "connection refused"), Assert.IsType<ProbeOutcome.Failed>(outcome).Fault);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_fails() =>
        Assert.Equal("its name does not resolve", await _bench.FaultAsync("http://nobody.invalid/"));

    [Fact]
    public async Task Who_lets_it_wait_fails_after_the_timeout()
    {
        // A listener that accepts nothing has room for so many; the kernel leaves the next one without an answer.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(full.LocalEndPoint!);
        var probe = _bench.SendAsync(new DestinationConfig { Address = $"http://{full.LocalEndPoint}/" });

        _bench.Time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(probe.IsCompleted);
        _bench.Time.Advance(TimeSpan.FromMilliseconds(1));

        var (outcome, took) = await probe;
        Assert.Equal(new Fault(FaultKind.Timeout, "no connection within 1000 ms"), Assert.IsType<ProbeOutcome.Failed>(outcome).Fault);
        Assert.Equal(TimeSpan.FromSeconds(1), took);
    }
}
