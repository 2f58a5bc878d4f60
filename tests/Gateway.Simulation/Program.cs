using System.Diagnostics;
using System.Globalization;

namespace Gateway.Simulation;

/// <summary><c>--seeds N</c> from <c>--from N</c> on, or one <c>--seed N</c>; <c>--plant name</c> with a bug that has to be found.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        var plant = Value(arguments, "--plant") ?? string.Empty;
        var one = Number(arguments, "--seed");
        var (from, seeds) = one is { } seed ? (seed, 1) : (Number(arguments, "--from") ?? 1, Number(arguments, "--seeds") ?? 50_000);
        if (plant.Length > 0 && !Plant.All.ContainsKey(plant))
        {
            Console.Error.WriteLine($"No plant is called {plant}; there are {string.Join(", ", Plant.All.Keys)}.");
            return 2;
        }

        var watch = Stopwatch.StartNew();
        var (report, failure) = Simulation.Run(from, seeds, plant);
        Console.WriteLine(report);
        Console.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s, {report.Steps / watch.Elapsed.TotalSeconds:0} steps/s");
        if (failure is not null)
        {
            Console.WriteLine(failure);
        }

        Console.WriteLine(failure is null ? $"{report.Seeds} seeds passed, 0 failed" : $"{report.Seeds} seeds passed, 1 failed");
        return failure is null ? 0 : 1;
    }

    private static long? Number(string[] arguments, string name) =>
        Value(arguments, name) is { } text ? long.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : null;

    private static string? Value(string[] arguments, string name) =>
        Array.IndexOf(arguments, name) is var index && index >= 0 && index + 1 < arguments.Length ? arguments[index + 1] : null;
}
