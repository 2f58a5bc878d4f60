using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gateway.Host.CommandLine;

namespace Gateway.Host.Demo;

/// <summary>The two backends of the embedded demo.</summary>
internal sealed record DemoOptions(IReadOnlyList<DemoBackend> Backends)
{
    private static readonly string[] Names = ["primary", "secondary"];

    /// <param name="ports">Two port numbers with a comma between; 3001 and 3002 when left out.</param>
    public static DemoOptions Parse(string? ports)
    {
        var numbers = (string.IsNullOrEmpty(ports) ? "3001,3002" : ports).Split(',', StringSplitOptions.TrimEntries);
        if (numbers.Length != Names.Length || !numbers.All(IsPort) || numbers.Distinct(StringComparer.Ordinal).Count() != numbers.Length)
        {
            throw new UsageException($"Demo:Ports is '{ports}'; allowed are two different port numbers with a comma between, such as 3001,3002.");
        }

        return new DemoOptions([.. Names.Zip(numbers, (name, port) => new DemoBackend(name, int.Parse(port, CultureInfo.InvariantCulture)))]);
    }

    /// <summary>Refuses to start on ports that somebody else uses.</summary>
    public void CheckPorts()
    {
        foreach (var backend in Backends.Where(backend => !IsFree(backend.Port)))
        {
            throw new UsageException(
                $"Port {backend.Port}, which the demo's {backend.Name} needs, is taken by another program. Stop it, or choose others with --Demo:Ports=3101,3102.");
        }
    }

    private static bool IsPort(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536;

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

/// <summary>One backend of the demo.</summary>
internal sealed record DemoBackend(string Name, int Port)
{
    public string Address => $"http://127.0.0.1:{Port}/";
}
