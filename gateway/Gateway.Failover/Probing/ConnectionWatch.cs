using System.Net;
using System.Net.Sockets;
using Gateway.Core;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Probing;

/// <summary>
/// Keeps one idle connection to a backend open, because the kernel closes it at once when the process at the other end dies: a crash is known within
/// milliseconds and not at the next probes.
/// </summary>
/// <remarks>
/// That a connection was closed says little by itself; servers close idle ones too. It is a reason to connect again and to probe now. That all
/// addresses then <em>refuse</em> says that nobody listens, which is a verdict. A sidecar or a load balancer in between may mask a death, and a
/// host that is gone sends nothing: the watch only adds to the probes. Nothing is ever sent on the connection.
/// </remarks>
internal sealed class ConnectionWatch(Pool pool, Backend backend, ProbeLoop probe, Inbox inbox, EngineClock clock)
{
    /// <summary>Between two tries while nobody listens: who comes back is wanted soon.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(50);

    private readonly byte[] _nothing = new byte[1];

    private enum Reach
    {
        Connected,
        Refused,
        Unclear,
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                var began = clock.Now;
                await OnceAsync(cancel);
                // A server that hangs up at once is not asked more often than this.
                var rest = began + Retry - clock.Now;
                if (backend.Refusing || rest > TimeSpan.Zero)
                {
                    await Task.Delay(rest > TimeSpan.Zero ? rest : Retry, clock.Time, cancel);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The backend was taken out, or the host stops.
        }
    }

    private async Task OnceAsync(CancellationToken cancel)
    {
        if (!pool.Setup.Options.Probe.Watch || !pool.Setup.Addresses.TryGetValue(backend.Id, out var address))
        {
            await Task.Delay(pool.Setup.Options.Probe.Interval, clock.Time, cancel);
            return;
        }

        var (reach, socket) = await ConnectAsync(new Uri(address.Address), cancel);
        using (socket)
        {
            Note(reach);
            if (socket is null)
            {
                await Task.Delay(reach == Reach.Refused ? Retry : pool.Setup.Options.Probe.FastInterval, clock.Time, cancel);
                return;
            }

            await ClosedAsync(socket, cancel);
            probe.Nudge();
        }
    }

    private void Note(Reach reach)
    {
        switch (reach)
        {
            case Reach.Refused when !backend.Refusing:
                backend.Refusing = true;
                inbox.ConnectionRefused(pool, backend, new Fault(FaultKind.Connect, "connection refused"));
                break;
            case Reach.Connected when backend.Refusing:
                backend.Refusing = false;
                probe.Nudge();
                backend.Revive();
                pool.Attempts.Hold.Release();
                break;
            case Reach.Unclear:
                backend.Refusing = false;
                break;
        }
    }

    private async Task<(Reach Reach, Socket? Socket)> ConnectAsync(Uri url, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(pool.Setup.Options.Probe.Timeout, clock.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        var refusals = 0;
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(url.DnsSafeHost, either.Token);
            foreach (var address in addresses)
            {
                var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    await socket.ConnectAsync(address, url.Port, either.Token);
                    return (Reach.Connected, socket);
                }
                catch (SocketException e)
                {
                    refusals += e.SocketErrorCode == SocketError.ConnectionRefused ? 1 : 0;
                    socket.Dispose();
                }
                catch (OperationCanceledException)
                {
                    socket.Dispose();
                    throw;
                }
            }

            return (addresses.Length > 0 && refusals == addresses.Length ? Reach.Refused : Reach.Unclear, null);
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            // No name, or no answer in time: nothing that the probes would not see.
            return (Reach.Unclear, null);
        }
    }

    /// <summary>Waits until the other side hangs up, however it does that.</summary>
    private async Task ClosedAsync(Socket socket, CancellationToken cancel)
    {
        try
        {
            // A server has nothing to say before it is asked; one that talks all the same is read past.
            while (await socket.ReceiveAsync(_nothing, cancel) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // A reset is a close as well.
        }
    }
}
