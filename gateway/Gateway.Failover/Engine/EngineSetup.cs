using Gateway.Failover.Proxying;

namespace Gateway.Failover.Engine;

internal static class EngineSetup
{
    public static IReverseProxyBuilder AddEngine(this IReverseProxyBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<EngineClock>();
        services.AddSingleton<PoolDirectory>();
        services.AddSingleton<Inbox>();
        services.AddSingleton<History>();
        services.AddSingleton<Journal>();
        services.AddSingleton<DestinationsUpdater>();
        services.AddSingleton<ClusterClients>();
        services.AddSingleton<FailoverEngine>();
        services.AddSingleton<IReactor>(provider => provider.GetRequiredService<Journal>());
        services.AddSingleton<IReactor, EventLog>();
        services.AddHostedService(provider => provider.GetRequiredService<FailoverEngine>());
        return builder;
    }
}
