using System.Net;
using System.Net.Sockets;

namespace Gateway.Benchmarks.Processes;

/// <summary>
/// Free ports, below the range from which the system takes the local ends of outgoing connections: a backend that was killed has to get its
/// port back, which a client's connection might have taken meanwhile.
/// </summary>
internal static class Ports
{
    private const int First = 10_000;
    private const int Last = 20_000;

    private static int _next = Random.Shared.Next(First, Last);

    public static int Take()
    {
        for (var tries = 0; tries < Last - First; tries++)
        {
            var port = First + (Interlocked.Increment(ref _next) % (Last - First));
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new BenchmarkException($"No port from {First} to {Last} is free.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
