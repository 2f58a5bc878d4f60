using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;

namespace Gateway.Tests;

/// <summary>A configuration that a test changes while the gateway runs; all changes arrive at once, as those of a file do.</summary>
[SuppressMessage("Naming", "CA1710", Justification = "It is both a source and its provider.")]
internal sealed class Settings : ConfigurationProvider, IConfigurationSource
{
    private Settings(IEnumerable<KeyValuePair<string, string?>> values) => Fill(values);

    public string? this[string key]
    {
        get => Data.TryGetValue(key, out var value) ? value : null;
        set => Data[key] = value;
    }

    /// <summary>
    /// One route <c>/api/**</c> to one pool <c>api</c>: primary, then secondary. Probes come once an hour, so that nothing happens which the test does not do.
    /// </summary>
    public static Settings TwoTiers(string primary = "http://primary.test:3001/", string secondary = "http://secondary.test:3002/") => new(
        new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["ReverseProxy:Routes:api:ClusterId"] = "api",
            ["ReverseProxy:Routes:api:Match:Path"] = "/api/{**rest}",
            ["ReverseProxy:Clusters:api:Destinations:primary:Address"] = primary,
            ["ReverseProxy:Clusters:api:Destinations:secondary:Address"] = secondary,
            ["Failover:Pools:api:Tiers:0"] = "primary",
            ["Failover:Pools:api:Tiers:1"] = "secondary",
            ["Failover:Pools:api:Probe:Interval"] = "1h",
            ["Failover:Pools:api:Probe:FastInterval"] = "1h",
        });

    public static Settings Of(params (string Key, string? Value)[] values) =>
        new(values.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)));

    public Settings With(string key, string? value)
    {
        this[key] = value;
        return this;
    }

    public Settings Without(string prefix)
    {
        foreach (var key in Data.Keys.Where(key => key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)).ToList())
        {
            Data.Remove(key);
        }

        return this;
    }

    /// <summary>Tells whoever listens that the settings have changed.</summary>
    public void Announce() => OnReload();

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public IConfiguration ToConfiguration() => new ConfigurationBuilder().Add(this).Build();

    private void Fill(IEnumerable<KeyValuePair<string, string?>> values)
    {
        foreach (var (key, value) in values)
        {
            Data[key] = value;
        }
    }
}
