using Gateway.Failover;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.Benchmarks.Roles;

/// <summary>
/// The two proxies. They differ in failover alone: same route, same active backend, same logging. Stock YARP has one destination, the least
/// work it can have; failover has a standby as well, or it would have nothing to do.
/// </summary>
internal static class ProxyApp
{
    /// <summary>Says how many bytes the process has allocated since its start.</summary>
    public const string AllocatedPath = "/benchmark/allocated";

    /// <summary>Says how many bytes the last garbage collection left, as the runtime's own meter does.</summary>
    public const string HeapPath = "/benchmark/heap";

    public static WebApplication Build(bool withFailover, string backend, Action<WebApplicationBuilder> configure) =>
        Build(withFailover, Settings(withFailover, backend), configure);

    public static WebApplication Build(bool withFailover, Dictionary<string, string?> settings, Action<WebApplicationBuilder> configure)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var yarp = builder.Services.AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"));
        if (withFailover)
        {
            yarp.AddFailover();
        }

        configure(builder);
        var app = builder.Build();
        app.MapGet(AllocatedPath, () => GC.GetTotalAllocatedBytes());
        app.MapGet(HeapPath, () => LeftByLastCollection());
        app.MapReverseProxy();
        if (withFailover)
        {
            app.MapFailover();
        }

        return app;
    }

    private static long LeftByLastCollection()
    {
        var last = GC.GetGCMemoryInfo(GCKind.Any);
        long left = 0;
        foreach (var generation in last.GenerationInfo)
        {
            left += generation.SizeAfterBytes;
        }

        return left;
    }

    /// <summary>The configuration of a proxy, as keys and values.</summary>
    public static Dictionary<string, string?> Settings(bool withFailover, string backend)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["ReverseProxy:Routes:api:ClusterId"] = "api",
            ["ReverseProxy:Routes:api:Match:Path"] = "/api/{**rest}",
            ["ReverseProxy:Clusters:api:Destinations:primary:Address"] = backend,
        };
        if (withFailover)
        {
            settings["ReverseProxy:Clusters:api:Destinations:secondary:Address"] = backend;
            settings["Failover:Pools:api:Tiers:0"] = "primary";
            settings["Failover:Pools:api:Tiers:1"] = "secondary";
        }

        return settings;
    }
}
