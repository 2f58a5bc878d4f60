using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Gateway.Backends.Startup;

/// <summary>The bare server: no configuration files, no providers, Kestrel on one address. It starts in a fraction of
/// the time of the full builder, and a backend that was killed should be back soon.</summary>
internal static class Listener
{
    private const long LargestBody = 1L << 30;
    private static readonly TimeSpan ShutdownDeadline = TimeSpan.FromSeconds(1);

    public static WebApplication Create(BackendOptions options)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = "Gateway.Backend" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Listen(IPAddress.Parse(options.Bind), options.Port);
        });
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownDeadline);
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(console => console.SingleLine = true);
        // An answer that a fault breaks off ends with an exception on purpose; see FailureLog for the others.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Critical);
        // A listener that cannot start is told in one sentence below, not in a stack trace.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        return builder.Build();
    }

    public static async Task<int> RunAsync(WebApplication app, BackendOptions options)
    {
        await using (app)
        {
            try
            {
                await app.StartAsync();
            }
            catch (Exception failure) when (failure is IOException or SocketException)
            {
                await Console.Error.WriteLineAsync($"Gateway.Backend: {Explain(failure, options)}");
                return 1;
            }

            if (options.ExitWithStdin)
            {
                StandardInput.WhenEnded(app.Lifetime.StopApplication);
            }

            var (name, role, pid) = (options.Name, options.Role, Environment.ProcessId);
            Console.WriteLine($"backend {name} (role {role}) listens on {app.Urls.First()}, pid {pid}");
            await app.WaitForShutdownAsync();
            return 0;
        }
    }

    private static string Explain(Exception failure, BackendOptions options) =>
        failure.InnerException is AddressInUseException
            ? $"Port {options.Port} on {options.Bind} is taken by another program; choose another one with --port."
            : $"Cannot listen on {options.Bind} port {options.Port}: {failure.Message}";
}
