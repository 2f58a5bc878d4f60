namespace Gateway.Host.CommandLine;

/// <summary>What bounds the life of a request and of the process.</summary>
internal static class LimitsSetup
{
    // Less than the ten seconds after which Docker kills what it asked to stop.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(8);

    /// <summary>Lets a route's <c>Timeout</c> work, and ends a stop that streams would hold up.</summary>
    public static void AddLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddRequestTimeouts();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Farewell);
    }
}
