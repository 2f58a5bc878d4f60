using Gateway.Failover.Live;
using Gateway.Host.CommandLine;

namespace Gateway.Host.Demo;

/// <summary>
/// The embedded demo: what runs when no configuration names a pool. Two real backend processes, one pool, faults allowed.
/// </summary>
internal static class DemoSetup
{
    private const string Marker = "Demo:Running";

    public static void AddDemo(this WebApplicationBuilder builder, Arguments arguments)
    {
        if (builder.AddDemoSettings(arguments) is { } demo)
        {
            demo.CheckPorts();
            builder.Services.AddSingleton(demo);
            builder.Services.AddHostedService<DemoSupervisor>();
        }
    }

    /// <summary>The configuration of the demo alone, without its processes.</summary>
    /// <returns>Null where a configuration names a pool, so that there is no demo.</returns>
    public static DemoOptions? AddDemoSettings(this WebApplicationBuilder builder, Arguments arguments)
    {
        if (!arguments.Demo && builder.Configuration.GetSection("Failover:Pools").GetChildren().Any())
        {
            return null;
        }

        var demo = DemoOptions.Parse(builder.Configuration["Demo:Ports"]);
        // Below everything else, so that a setting on the command line still wins.
        builder.Configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = Settings(demo) });
        return demo;
    }

    public static async Task RunDemoAsync(this WebApplication app)
    {
        app.Services.GetRequiredService<Reporter>().Demo = app.Configuration[Marker] is not null;
        try
        {
            await app.StartAsync();
        }
        catch (Exception e)
        {
            // The framework only disposes of what has started already, which is no way to end a child process or a probe.
            await app.StopAsync();
            if (e is OperationCanceledException && app.Lifetime.ApplicationStopping.IsCancellationRequested)
            {
                // It was told to end while it started.
                return;
            }

            throw;
        }

        await app.WaitForShutdownAsync();
    }

    private static Dictionary<string, string?> Settings(DemoOptions demo)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            [Marker] = "true",
            ["ReverseProxy:Routes:api:ClusterId"] = "api",
            ["ReverseProxy:Routes:api:Match:Path"] = "/api/{**rest}",
            ["Failover:Pools:api:Probe:Interval"] = "500ms",
            ["Failover:Pools:api:Probe:FastInterval"] = "100ms",
            ["Failover:Pools:api:Probe:SlowInterval"] = "500ms",
            ["Failover:Pools:api:Probe:Timeout"] = "500ms",
            ["Failover:Pools:api:Attempts:Timeout"] = "1s",
            ["Failover:Pools:api:Failback:StableTime"] = "5s",
            ["Failover:Faults:Allowed"] = "true",
            ["Failover:Journal:Path"] = "data/journal.jsonl",
        };
        for (var index = 0; index < demo.Backends.Count; index++)
        {
            settings[$"Failover:Pools:api:Tiers:{index}"] = demo.Backends[index].Name;
            settings[$"ReverseProxy:Clusters:api:Destinations:{demo.Backends[index].Name}:Address"] = demo.Backends[index].Address;
        }

        return settings;
    }
}
