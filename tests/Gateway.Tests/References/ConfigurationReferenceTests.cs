using System.Reflection;
using Gateway.Failover.Configuration;

namespace Gateway.Tests.References;

/// <summary><c>docs/reference/configuration.md</c>: one table of all settings, out of the options classes and their documentation.</summary>
public class ConfigurationReferenceTests
{
    private const string Introduction = """
        # Configuration

        A gateway reads two sections. `ReverseProxy` is YARP's own (routes, clusters, destinations, transforms, load balancing, session affinity) and
        is described in YARP's documentation; `Failover` is what YARP has no word for, and is the table below. A cluster that is not named under
        `Failover:Pools` stays stock YARP. Names are the paths of the configuration: in JSON a colon is a nested object, in an environment variable
        it is `__`, on the command line it is `--Failover:Faults:Allowed=true`. Later sources win: `appsettings.json`, the file of `--config`, the
        environment, the command line.

        **Durations** are written with their unit, `500ms`, `1.5s`, `10m`, `1h`, or as `hh:mm:ss`. A bare number is refused: .NET would read `5` as five
        days. A list may be a single value: `"Tiers": ["primary", ["a", "b"]]` is a tier of one, then a tier of two.

        **At the start** all errors are told at once, each with the setting, its value and what is allowed, and the exit code is 1. **A changed file**
        is applied without a restart and without losing a request; a bad one is refused as a whole, said in the log, counted in
        `gateway_configuration_refused_total`, and the old one stays in force. A running gateway is not emptied. Read only at the start are
        `Seed`, `Engine:InboxCapacity`, `Journal`, `Replay`, `Telemetry`, and of `Live` the `LogLines`, `LogLevel` and `FiguresInterval`.

        This page is generated from the code: `REWRITE=1 dotnet test tests/Gateway.Tests` writes it.

        """;

    private static readonly string[][] HostSettings =
    [
        ["`Urls`", "`http://localhost:8021`", "URLs with `;` between", "Where the gateway listens. `Kestrel:Endpoints` takes its place where it is set."],
        ["`Log:Format`", "`text`", "`text`, `json`", "How a line of the log looks, on the console and in the file. Read at the start."],
        ["`Log:Directory`", "`logs`", "a folder; empty: no file", "Where the log's files are: one a day, 10 MB at most, the latest seven are kept. Read at the start."],
        ["`Logging:LogLevel:{category}`", "`Information`; the framework's own `Warning`", "`Trace` to `None`", "What is logged at all. A changed file applies."],
        ["`Serilog`", "", "a section of Serilog.Settings.Configuration", "Replaces `Log` and its two sinks altogether. Read at the start."],
        ["`Demo:Ports`", "`3001,3002`", "two different ports", "Where the backends of the embedded demo listen. It runs where no configuration names a pool, or with `--demo`."],
    ];

    [Fact]
    public void The_page_says_what_the_code_does()
    {
        var rows = Rows(typeof(FailoverOptions), new FailoverOptions(), "Failover").ToList();
        Assert.True(rows.Count >= 35, $"{rows.Count} settings.");
        Document.Is("docs/reference/configuration.md", $"""
            {Introduction}
            ## All settings

            {Document.Table(["setting", "default", "allowed", "meaning"], rows)}
            ## Of the host only

            The library in an application of your own does not read these.

            {Document.Table(["setting", "default", "allowed", "meaning"], HostSettings)}
            """.ReplaceLineEndings("\n"));
    }

    private static IEnumerable<string[]> Rows(Type type, object defaults, string path) => OptionsReader.Settings(type).SelectMany(property =>
    {
        var (kind, at) = (property.PropertyType, $"{path}:{property.Name}");
        if (OptionsReader.IsGroup(kind))
        {
            return Rows(kind, property.GetValue(defaults)!, at);
        }

        if (kind.IsGenericType && kind.GetGenericTypeDefinition() == typeof(Dictionary<,>))
        {
            var entry = kind.GetGenericArguments()[1];
            if (!OptionsReader.IsGroup(entry))
            {
                return [[$"`{at}:{{name}}`", "none", "text", Document.Summary($"P:{type.FullName}.{property.Name}")]];
            }

            return Rows(entry, Activator.CreateInstance(entry)!, $"{at}:{(property.Name == nameof(FailoverOptions.Routes) ? "{route}" : "{pool}")}");
        }

        return [[$"`{at}`", Default(property.GetValue(defaults)), Allowed(property), Document.Summary($"P:{type.FullName}.{property.Name}")]];
    });

    private static string Default(object? value) => OptionsReader.Show(value) is { Length: > 0 } text ? $"`{text}`" : "empty";

    private static string Allowed(PropertyInfo property)
    {
        var (kind, range) = (property.PropertyType, property.GetCustomAttribute<AllowedAttribute>());
        return (range, kind) switch
        {
            ({ } allowed, _) when kind == typeof(List<int>) => $"a list of {allowed}",
            ({ } allowed, _) => $"{allowed}",
            _ when kind == typeof(bool) => "`true`, `false`",
            _ when kind.IsEnum => string.Join(", ", Enum.GetNames(kind).Select(name => $"`{name}`")),
            _ when kind == typeof(string) => "text",
            _ when kind == typeof(List<string>) => "a list of texts",
            _ => "a list of texts, or of lists of them",
        };
    }
}
