using System.Net;
using System.Net.Sockets;

namespace Gateway.EndToEnd.Harness;

/// <summary>
/// Free ports that stay ours. They lie below the range from which the system takes the local ends of outgoing connections: a backend that is
/// killed has to get its port back, which a client's connection might have taken meanwhile. A locked file per port keeps two runs on one machine apart.
/// </summary>
internal static class Ports
{
    private const int First = 20_000;
    private const int Last = 32_000;

    private static readonly string Locks = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "gateway-end-to-end-ports")).FullName;
    private static readonly List<FileStream> Held = [];
    private static int _next = Random.Shared.Next(First, Last);

    public static int Take()
    {
        for (var tries = 0; tries < Last - First; tries++)
        {
            var port = First + (Interlocked.Increment(ref _next) % (Last - First));
            if (IsFree(port) && Lock(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No port from {First} to {Last} is free.");
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

    private static bool Lock(int port)
    {
        try
        {
            var file = new FileStream(Path.Combine(Locks, $"{port}"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            lock (Held)
            {
                Held.Add(file);
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
