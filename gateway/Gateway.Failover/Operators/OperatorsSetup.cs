using Gateway.Core;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;
using Gateway.Failover.Live;

namespace Gateway.Failover.Operators;

internal static class OperatorsSetup
{
    private const int MostChanges = 1_000;

    public static IReverseProxyBuilder AddOperators(this IReverseProxyBuilder builder)
    {
        builder.Services.AddSingleton<PoolCommands>();
        builder.Services.AddSingleton<FaultInjection>();
        builder.Services.AddSingleton<DrainScheduler>();
        builder.Services.AddSingleton<IReactor>(provider => provider.GetRequiredService<DrainScheduler>());
        builder.Services.AddHostedService(provider => provider.GetRequiredService<DrainScheduler>());
        return builder;
    }

    public static void MapOperators(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/livez", () => TypedResults.Text("alive\n"));
        endpoints.MapGet("/readyz", Ready);
        endpoints.MapGet("/proxy/health", Health);
        endpoints.MapGet("/proxy/switchovers", Switchovers);

        var steer = endpoints.MapGroup("/proxy").OnlyFromOperators();
        steer.MapPost("/fail", (HttpContext context, string? pool, string? backend, string? mode, FaultInjection faults) =>
            faults.FailAsync(context, pool, backend, mode));
        steer.MapPost("/recover", (HttpContext context, string? pool, string? backend, FaultInjection faults) =>
            faults.RecoverAsync(context, pool, backend));
        steer.MapPost("/pools/{pool}/switchover", (HttpContext context, string pool, PoolCommands commands) => commands.SwitchoverAsync(context, pool));
        steer.MapPost("/pools/{pool}/failback", (HttpContext context, string pool, PoolCommands commands) => commands.FailbackAsync(context, pool));
        steer.MapPost("/pools/{pool}/hold", (HttpContext context, string pool, PoolCommands commands) => commands.HoldAsync(context, pool));
        steer.MapPost("/pools/{pool}/release", (HttpContext context, string pool, PoolCommands commands) => commands.ReleaseAsync(context, pool));
        steer.MapPost(
            "/pools/{pool}/backends/{backend}/drain",
            (HttpContext context, string pool, string backend, PoolCommands commands) => commands.DrainAsync(context, pool, backend));
        steer.MapPost("/pools/{pool}/backends", (HttpContext context, string pool, PoolCommands commands) => commands.AddAsync(context, pool));
        steer.MapDelete("/pools/{pool}/backends/{backend}", (HttpContext context, string pool, string backend, PoolCommands commands) =>
            commands.RemoveAsync(context, pool, backend));
        MapBackend(steer, "disable", id => new Command.Disable(id));
        MapBackend(steer, "enable", id => new Command.Enable(id));
        MapBackend(steer, "reset", id => new Command.Reset(id));
    }

    private static void MapBackend(RouteGroupBuilder steer, string verb, Func<BackendId, Command> command) => steer.MapPost(
        "/pools/{pool}/backends/{backend}/" + verb,
        (HttpContext context, string pool, string backend, PoolCommands commands) => commands.BackendAsync(context, pool, backend, command));

    private static IResult Health(Reporter reporter)
    {
        var report = reporter.Health();
        return TypedResults.Json(report, statusCode: report.Status == "serving" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Ready(PoolDirectory pools, IHostApplicationLifetime lifetime)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return TypedResults.Text("stopping\n", statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        var ready = pools.All.Values.All(pool =>
        {
            var backends = pool.View.State.Backends.Values.ToList();
            return backends.Exists(backend => backend.IsSound) || backends.TrueForAll(backend => backend.Health != Core.Health.Unknown);
        });
        return TypedResults.Text(ready ? "ready\n" : "no backend was judged yet\n", statusCode: ready ? 200 : 503);
    }

    private static IResult Switchovers(History history, string? pool, string? limit)
    {
        if (limit is not null && (!int.TryParse(limit, out var parsed) || parsed is < 1 or > MostChanges))
        {
            return TypedResults.Problem($"limit is '{limit}'; allowed is 1 to {MostChanges}.", statusCode: StatusCodes.Status400BadRequest);
        }

        var count = limit is null ? 50 : int.Parse(limit);
        var changes = history.Changes
            .Where(change => pool is null || change.Pool.Value.Equals(pool, StringComparison.OrdinalIgnoreCase))
            .Take(count).Select(Reporter.Of);
        return TypedResults.Json(new { changes });
    }
}
