using Gateway.Failover.Proxying;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;

namespace Gateway.Failover.Configuration;

internal static class ConfigurationSetup
{
    /// <summary>Puts the gate between the providers registered so far and YARP.</summary>
    public static IReverseProxyBuilder AddGatedConfiguration(this IReverseProxyBuilder builder)
    {
        var services = builder.Services;
        var inner = services.Where(service => service.ServiceType == typeof(IProxyConfigProvider)).ToList();
        services.RemoveAll<IProxyConfigProvider>();
        services.AddSingleton(provider => new InnerProviders(
            [.. inner.Select(service => new Func<IProxyConfigProvider>(() => service.Create<IProxyConfigProvider>(provider)))]));
        services.AddSingleton<ConfigGate>();
        services.AddSingleton<IProxyConfigProvider>(provider => provider.GetRequiredService<ConfigGate>());
        services.AddSingleton<IAvailableDestinationsPolicy, ActiveTierPolicy>();
        return builder.AddConfigFilter<PoolFilter>();
    }

    /// <summary>Makes the service that a descriptor describes.</summary>
    public static T Create<T>(this ServiceDescriptor service, IServiceProvider provider) => (T)(
        service.ImplementationInstance
        ?? service.ImplementationFactory?.Invoke(provider)
        ?? ActivatorUtilities.CreateInstance(provider, service.ImplementationType!));
}
