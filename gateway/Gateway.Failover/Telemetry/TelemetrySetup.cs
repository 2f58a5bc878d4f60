using System.Diagnostics.Metrics;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Telemetry;

internal static class TelemetrySetup
{
    public static IReverseProxyBuilder AddTelemetry(this IReverseProxyBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<IReactor, ChangeMetrics>();
        services.AddSingleton<StateMetrics>();
        services.AddSingleton(provider => new PrometheusCollector(
            MetricNames.Meter, provider.GetRequiredService<ConfigGate>().Current.Options.Telemetry,
            provider.GetRequiredService<IMeterFactory>(), provider.GetRequiredService<ILogger<PrometheusCollector>>()));
        return builder;
    }

    public static void MapTelemetry(this IEndpointRouteBuilder endpoints)
    {
        // The collector listens from here on; whatever is measured before, nobody hears.
        endpoints.MapPrometheus();
        endpoints.ServiceProvider.GetRequiredService<StateMetrics>();
    }
}
