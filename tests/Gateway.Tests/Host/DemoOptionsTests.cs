using System.Net;
using System.Net.Sockets;
using Gateway.Host.CommandLine;
using Gateway.Host.Demo;

namespace Gateway.Tests.Host;

public class DemoOptionsTests
{
    [Theory]
    [InlineData(null, 3001, 3002)]
    [InlineData("", 3001, 3002)]
    [InlineData("3101,3102", 3101, 3102)]
    [InlineData(" 1 , 65535 ", 1, 65_535)]
    public void Two_backends_on_two_ports(string? ports, int primary, int secondary) => Assert.Equal(
        [new DemoBackend("primary", primary), new DemoBackend("secondary", secondary)], DemoOptions.Parse(ports).Backends);

    [Theory]
    [InlineData("3001")]
    [InlineData("3001,3001")]
    [InlineData("3001,3002,3003")]
    [InlineData("0,3002")]
    [InlineData("3001,65536")]
    [InlineData("3001,-5")]
    [InlineData("a,b")]
    public void Anything_else_is_refused_in_one_sentence(string ports) => Assert.Equal(
        $"Demo:Ports is '{ports}'; allowed are two different port numbers with a comma between, such as 3001,3002.",
        Assert.Throws<UsageException>(() => DemoOptions.Parse(ports)).Message);

    [Fact]
    public void A_port_that_is_taken_is_named_with_the_way_out()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var demo = new DemoOptions([new DemoBackend("primary", port)]);

        Assert.Equal(
            $"Port {port}, which the demo's primary needs, is taken by another program. Stop it, or choose others with --Demo:Ports=3101,3102.",
            Assert.Throws<UsageException>(demo.CheckPorts).Message);
        taken.Stop();
        demo.CheckPorts();
    }
}
