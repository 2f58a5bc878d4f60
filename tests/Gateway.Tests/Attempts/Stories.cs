namespace Gateway.Tests.Attempts;

/// <summary>How stories of single requests begin, and what their clients were told.</summary>
internal static class Stories
{
    public static Settings Many(params string[] backends)
    {
        var settings = Settings.TwoTiers().Without("ReverseProxy:Clusters:api:Destinations").Without("Failover:Pools:api:Tiers");
        foreach (var (index, backend) in backends.Index())
        {
            settings.With($"ReverseProxy:Clusters:api:Destinations:{backend}:Address", $"http://{backend}.test/").With($"Failover:Pools:api:Tiers:{index}", backend);
        }

        return settings;
    }

    public static async Task<Story> StoryAsync(ScriptedClient client, Settings? settings = null) =>
        new(await RunningGateway.StartAsync(settings, proxy: client.Use));

    public static (string?, string?) Told(HttpResponseMessage response) => (Header(response, "X-Failover-Backend"), Header(response, "X-Failover-Attempts"));

    public static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;
}
