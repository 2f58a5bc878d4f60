using System.Net.Sockets;
using Gateway.Core;

namespace Gateway.Failover.Probing;

/// <summary>A TCP connection that is made within the timeout passes. Nothing is sent on it, and it is closed at once.</summary>
internal sealed class TcpProbe : IProbe
{
    public string Awaited => "connection";

    public async Task<ProbeOutcome> LookAsync(ProbeTarget target, ProbeClient client, CancellationToken cancel)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(target.Address.Probe.DnsSafeHost, target.Address.Probe.Port, cancel);
        return ProbeOutcome.Passed.Instance;
    }
}
