using System.Net.Sockets;

namespace Gateway.Benchmarks.Wire;

/// <summary>The ways in which a connection ends.</summary>
internal static class SocketEnds
{
    /// <summary>With RST: what was sent before may be lost too.</summary>
    public static void Reset(this Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It had ended already.
        }

        socket.Dispose();
    }

    /// <summary>With FIN, after everything that was sent.</summary>
    public static void Finish(this Socket socket)
    {
        socket.Shutdown(SocketShutdown.Send);
        socket.Dispose();
    }
}
