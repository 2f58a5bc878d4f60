using System.Reflection;
using Gateway.Failover.Configuration;

namespace Gateway.Host.CommandLine;

/// <summary>Runs the program and turns what can go wrong at the start into one clear message and an exit code.</summary>
internal static class Launch
{
    public static async Task<int> RunAsync(string[] args, Func<Arguments, Task> run)
    {
        try
        {
            var arguments = Arguments.Parse(args);
            if (arguments.Check is { } url)
            {
                return await HealthCheck.RunAsync(url);
            }

            if (arguments.Help || arguments.Version)
            {
                Console.WriteLine(arguments.Help ? Arguments.Usage : $"gateway {VersionText}");
                return 0;
            }

            await run(arguments);
            return 0;
        }
        catch (Exception e) when (Explain(e) is { } message)
        {
            await Console.Error.WriteLineAsync(message);
            return 1;
        }
    }

    private static string VersionText => typeof(Launch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    private static string Chain(Exception? error)
    {
        var messages = new List<string>();
        for (; error is not null; error = error.InnerException)
        {
            messages.Add(error.Message);
        }

        return string.Join(' ', messages.Distinct(StringComparer.Ordinal));
    }

    private static string? Explain(Exception? error) => error switch
    {
        null => null,
        UsageException or ConfigurationRefusedException => error.Message,
        InvalidDataException => $"The configuration cannot be read. {Chain(error)}",
        IOException when error.Message.Contains("address already in use", StringComparison.OrdinalIgnoreCase) =>
            $"{error.Message.TrimEnd('.')}: another program listens there. Stop it, or choose another address with --urls.",
        _ => Explain(error.InnerException),
    };
}
