using System.Reflection;
using Gateway.Failover.Configuration;
using Gateway.Failover.WhatIf;
using Gateway.Host.Simulation;

namespace Gateway.Host.CommandLine;

/// <summary>Runs the program and turns what can go wrong at the start into one clear message and an exit code.</summary>
internal static class Launch
{
    public static async Task<int> RunAsync(string[] args, Func<Arguments, Task> run)
    {
        try
        {
            if (args is [SimulateArguments.Command, .. var rest])
            {
                return await Simulate.RunAsync(SimulateArguments.Parse(rest));
            }

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

    private static string? Explain(Exception? error) => error switch
    {
        null => null,
        UsageException or ConfigurationRefusedException or TraceRefusedException => error.Message,
        InvalidDataException => $"The configuration cannot be read. {string.Join(' ', Messages(error).Distinct(StringComparer.Ordinal))}",
        IOException when error.Message.Contains("address already in use", StringComparison.OrdinalIgnoreCase) =>
            $"{error.Message.TrimEnd('.')}: another program listens there. Stop it, or choose another address with --urls.",
        _ => Explain(error.InnerException),
    };

    // Where in the file it is broken is known to the innermost only.
    private static IEnumerable<string> Messages(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            yield return error.Message;
        }
    }
}
