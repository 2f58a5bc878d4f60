using Gateway.Failover.Attempts.Replay;
using Gateway.Failover.Attempts.Upstream;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;
using Gateway.Failover.Proxying;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Failover.Attempts;

internal static class AttemptsSetup
{
    /// <summary>Decorates YARP's forwarder.</summary>
    public static IReverseProxyBuilder AddAttempts(this IReverseProxyBuilder builder)
    {
        var services = builder.Services;
        var yarp = services.Last(service => service.ServiceType == typeof(IHttpForwarder));
        services.RemoveAll<IHttpForwarder>();
        services.AddSingleton<RequestMetrics>();
        services.AddSingleton<LoopGuard>();
        services.AddSingleton(provider => new ReplayLimit(provider.GetRequiredService<ConfigGate>().Current.Options.Replay.TotalBytes));
        services.AddSingleton<BackendClients>();
        services.AddSingleton<IReactor>(provider => provider.GetRequiredService<BackendClients>());
        services.AddSingleton<AttemptWatch>();
        services.AddSingleton<IReactor>(provider => provider.GetRequiredService<AttemptWatch>());
        services.AddHostedService(provider => provider.GetRequiredService<AttemptWatch>());
        services.AddSingleton<IReactor, StreamCloser>();
        services.AddSingleton(provider => new Chance(provider.GetRequiredService<ConfigGate>().Current.Options.Seed));
        services.AddSingleton<AttemptServices>();
        services.AddHostedService<FailureDrill>();
        services.AddSingleton<FailureLog>();
        services.AddSingleton<IHttpForwarder>(provider =>
            ActivatorUtilities.CreateInstance<FailoverForwarder>(provider, yarp.Create<IHttpForwarder>(provider)));
        return builder;
    }
}
