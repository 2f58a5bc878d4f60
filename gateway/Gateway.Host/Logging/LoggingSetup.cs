using System.Globalization;
using Gateway.Host.CommandLine;
using Microsoft.Extensions.Configuration.Memory;
using Serilog;
using Serilog.Configuration;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting;
using Serilog.Formatting.Display;
using Serilog.Formatting.Json;

namespace Gateway.Host.Logging;

/// <summary>
/// Serilog: console and a rolling file, as text or as JSON, every line with the id of its request. A <c>Serilog</c> section in the configuration
/// replaces all of it.
/// </summary>
internal static class LoggingSetup
{
    private const string Template = "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} {Level:u3} {SourceContext} {Message:lj}{RequestTag}{NewLine}{Exception}";
    private const long FileSize = 10 * 1024 * 1024;
    private const int Files = 7;

    // As settings, below all others, so that Logging:LogLevel in a file wins. What the framework logs of every request is neither news nor free;
    // which request got no answer, and which configuration was refused, the gateway says itself, in one line.
    private static readonly Dictionary<string, string?> Levels = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information",
        ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection"] = "Error",
        ["Logging:LogLevel:System.Net.Http"] = "Warning",
        ["Logging:LogLevel:Yarp"] = "Warning",
        ["Logging:LogLevel:Yarp.ReverseProxy.Forwarder"] = "Critical",
        ["Logging:LogLevel:Yarp.ReverseProxy.Configuration"] = "Critical",
    };

    public static void AddLogging(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var setup = new LoggerConfiguration().MinimumLevel.Verbose().Enrich.FromLogContext().Enrich.With<RequestTag>()
            .Filter.ByExcluding(IsStartFailure);
        if (configuration.GetSection("Serilog").Exists())
        {
            setup = new LoggerConfiguration().ReadFrom.Configuration(configuration);
        }
        else
        {
            var formatter = Formatter(configuration["Log:Format"]);
            setup.WriteTo.Console(formatter);
            AddFile(setup.WriteTo, formatter, configuration["Log:Directory"] ?? "logs");
        }

        var logger = setup.CreateLogger();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(new SerilogLoggerProvider(logger, dispose: true));
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Levels });
    }

    // Why it did not start is the last word on standard error, in one sentence; the framework's stack trace would bury it.
    private static bool IsStartFailure(LogEvent line) => line.MessageTemplate.Text == "Hosting failed to start";

    private static ITextFormatter Formatter(string? format) => format?.ToLowerInvariant() switch
    {
        null or "" or "text" => new MessageTemplateTextFormatter(Template, CultureInfo.InvariantCulture),
        "json" => new JsonFormatter(renderMessage: true),
        _ => throw new UsageException($"Log:Format is '{format}'; allowed is text or json."),
    };

    private static void AddFile(LoggerSinkConfiguration sinks, ITextFormatter formatter, string directory)
    {
        if (directory.Length > 0)
        {
            sinks.File(
                formatter, Path.Combine(directory, "gateway-.log"), rollingInterval: RollingInterval.Day,
                fileSizeLimitBytes: FileSize, rollOnFileSizeLimit: true, retainedFileCountLimit: Files);
        }
    }
}
