using Gateway.Failover.Configuration;
using Gateway.Host.CommandLine;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace Gateway.Host.Files;

/// <summary>Where the configuration comes from: <c>appsettings.json</c>, the file of <c>--config</c>, the environment, the command line; later ones win.</summary>
internal static class FileSetup
{
    public const string DefaultUrl = "http://localhost:8021";

    public static void AddFiles(this WebApplicationBuilder builder, Arguments arguments)
    {
        var sources = builder.Configuration.Sources;
        foreach (var source in sources.Where(source => source is JsonConfigurationSource or EnvironmentVariablesConfigurationSource { Prefix: null or "" } or CommandLineConfigurationSource).ToList())
        {
            sources.Remove(source);
        }

        if (!arguments.Demo)
        {
            Add(builder, Path.GetFullPath("appsettings.json"), optional: true);
        }

        if (arguments.Config is { } file)
        {
            var path = Path.GetFullPath(file);
            Add(builder, File.Exists(path) ? path : throw new UsageException($"--config is '{file}'; there is no such file."), optional: false);
        }

        builder.Configuration.AddEnvironmentVariables();
        builder.Configuration.AddCommandLine(arguments.Settings);
        if (string.IsNullOrEmpty(builder.Configuration["Urls"]) && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }
    }

    /// <summary>From now on a file that breaks while the gateway runs is counted and logged as a refused configuration.</summary>
    public static void WatchFiles(this WebApplication app)
    {
        var gate = app.Services.GetRequiredService<ConfigGate>();
        foreach (var file in ((IConfigurationBuilder)app.Configuration).Sources.OfType<SteadyJsonSource>())
        {
            file.Broken = gate.NoteBroken;
        }
    }

    private static void Add(WebApplicationBuilder builder, string path, bool optional) => builder.Configuration.Add<SteadyJsonSource>(source =>
    {
        source.Path = path;
        source.Optional = optional;
        source.ReloadOnChange = true;
        source.ReloadDelay = 100;
        source.ResolveFileProvider();
    });
}
