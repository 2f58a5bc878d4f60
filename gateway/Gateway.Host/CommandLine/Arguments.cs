namespace Gateway.Host.CommandLine;

/// <summary>What was asked for on the command line. What is no option of ours is a setting: <c>--Section:Key=value</c>.</summary>
internal sealed record Arguments(bool Demo, bool Help, bool Version, string? Config, Uri? Check, string[] Settings)
{
    public const string Usage = """
        Gateway: a failover reverse proxy.

          dotnet Gateway.Host.dll                     the embedded demo, unless a configuration names a pool
          dotnet Gateway.Host.dll --config FILE       the configuration in FILE (also read: appsettings.json in the working directory)
          dotnet Gateway.Host.dll --demo              the embedded demo, whatever the files say
          dotnet Gateway.Host.dll --check URL         exit code 0 if URL answers 200 within two seconds, else 1: a health check without curl
          dotnet Gateway.Host.dll simulate ...        what a configuration would have made of an outage; see simulate --help
          --help, --version                           this text; the version
          --urls http://localhost:8021                where to listen
          --Section:Key=value                         any setting, as in --Failover:Faults:Allowed=true
        """;

    /// <exception cref="UsageException">An argument is not understood.</exception>
    public static Arguments Parse(IReadOnlyList<string> args)
    {
        var parsed = new Arguments(Demo: false, Help: false, Version: false, Config: null, Check: null, []);
        var settings = new List<string>();
        for (var index = 0; index < args.Count; index++)
        {
            parsed = args[index] switch
            {
                "--demo" => parsed with { Demo = true },
                "--help" or "-h" => parsed with { Help = true },
                "--version" => parsed with { Version = true },
                "--config" => parsed with { Config = Value(args, ref index, "a file") },
                "--check" => parsed with { Check = Address(Value(args, ref index, "a URL")) },
                "--urls" => Setting(parsed, settings, $"--urls={Value(args, ref index, "a URL")}"),
                var setting when setting.StartsWith("--", StringComparison.Ordinal) && setting.Contains('=') => Setting(parsed, settings, setting),
                var other => throw new UsageException($"'{other}' is not understood; allowed are --demo, --config, --check, --urls, --help, --version "
                    + "and settings such as --Failover:Faults:Allowed=true."),
            };
        }

        return parsed with { Settings = [.. settings] };
    }

    private static Arguments Setting(Arguments parsed, List<string> settings, string setting)
    {
        settings.Add(setting);
        return parsed;
    }

    public static string Value(IReadOnlyList<string> args, ref int index, string what)
    {
        var option = args[index];
        return ++index < args.Count ? args[index] : throw new UsageException($"{option} lacks {what}.");
    }

    private static Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new UsageException($"--check is '{text}'; allowed is an http or https URL.");
}

/// <summary>The command line, or what it points to, cannot be used. The message is all that the user needs to know.</summary>
internal sealed class UsageException(string message) : Exception(message);
