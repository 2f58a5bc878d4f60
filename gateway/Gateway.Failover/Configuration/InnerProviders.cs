using Yarp.ReverseProxy.Configuration;

namespace Gateway.Failover.Configuration;

/// <summary>The providers that the application registered before failover was added.</summary>
internal sealed class InnerProviders(IReadOnlyList<Func<IProxyConfigProvider>> makers) : IDisposable
{
    public IReadOnlyList<IProxyConfigProvider> All { get; } = [.. makers.Select(make => make())];

    /// <summary>What they say now.</summary>
    /// <remarks>
    /// YARP's own provider of a configuration section, once it has loaded, passes a bad section over with a line in the log and goes on telling
    /// the old one; nobody could know. A new one throws. It reads nothing but the configuration, so one is made for each reading.
    /// </remarks>
    /// <exception cref="Exception">What a provider throws about a section that it cannot read.</exception>
    public IReadOnlyList<IProxyConfig> Read() => [.. All.Select((provider, index) => ReadsConfiguration(provider) ? ReadAnew(makers[index]) : provider.GetConfig())];

    public void Dispose()
    {
        foreach (var provider in All.OfType<IDisposable>())
        {
            provider.Dispose();
        }
    }

    // The type is YARP's own and not public.
    private static bool ReadsConfiguration(IProxyConfigProvider provider) =>
        provider is IDisposable && provider.GetType() is { Name: "ConfigurationConfigProvider" } type && type.Assembly == typeof(IProxyConfigProvider).Assembly;

    private static IProxyConfig ReadAnew(Func<IProxyConfigProvider> make)
    {
        var provider = make();
        using (provider as IDisposable)
        {
            return provider.GetConfig();
        }
    }
}
