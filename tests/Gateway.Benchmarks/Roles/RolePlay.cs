using Gateway.Benchmarks.Roles.Faulty;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;

namespace Gateway.Benchmarks.Roles;

/// <summary>Plays one part of a benchmark until standard input ends, so that no process outlives the one that started it.</summary>
internal static class RolePlay
{
    public const string Backend = "backend";
    public const string Yarp = "yarp";
    public const string Failover = "failover";
    public const string Faulty = "faulty";
    public const string Sink = "sink";

    public static async Task<int> RunAsync(Arguments arguments)
    {
        if (arguments.Role == Faulty)
        {
            return await FaultyBackend.RunAsync(arguments.Name, arguments.Port);
        }

        await using var app = Build(arguments);
        await app.StartAsync();
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        return 0;
    }

    private static WebApplication Build(Arguments arguments)
    {
        void Listen(WebApplicationBuilder builder) => builder.WebHost.UseUrls($"http://127.0.0.1:{arguments.Port}");
        return arguments.Role switch
        {
            Backend => FastBackend.Build(Listen),
            Sink => SinkBackend.Build(Listen),
            Yarp when arguments.Standby.Length > 0 =>
                ProxyApp.Build(withFailover: false, StockPair.Settings(arguments.Backend, arguments.Standby), Listen),
            Yarp => ProxyApp.Build(withFailover: false, arguments.Backend, Listen),
            Failover => ProxyApp.Build(withFailover: true, arguments.Backend, Listen),
            _ => throw new BenchmarkException($"--role is '{arguments.Role}'; allowed are {Backend}, {Faulty}, {Sink}, {Yarp} and {Failover}."),
        };
    }
}
