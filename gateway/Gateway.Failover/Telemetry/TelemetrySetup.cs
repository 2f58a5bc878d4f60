using Gateway.Failover.Engine;

namespace Gateway.Failover.Telemetry;

internal static class TelemetrySetup
{
    public static IReverseProxyBuilder AddTelemetry(this IReverseProxyBuilder builder)
    {
        builder.Services.AddSingleton<IReactor, ChangeMetrics>();
        builder.Services.AddSingleton<StateMetrics>();
        return builder;
    }

    public static void MapTelemetry(this IEndpointRouteBuilder endpoints)
    {
        endpoints.ServiceProvider.GetRequiredService<StateMetrics>();
    }
}
