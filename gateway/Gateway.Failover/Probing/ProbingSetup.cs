using Gateway.Failover.Engine;

namespace Gateway.Failover.Probing;

internal static class ProbingSetup
{
    public static IReverseProxyBuilder AddProbing(this IReverseProxyBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<ProbeMetrics>();
        services.AddSingleton<ProbeScheduler>();
        services.AddSingleton<IReactor>(provider => provider.GetRequiredService<ProbeScheduler>());
        services.AddHostedService(provider => provider.GetRequiredService<ProbeScheduler>());
        return builder;
    }
}
