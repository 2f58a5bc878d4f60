using Gateway.Failover;
using Gateway.Failover.Configuration;
using Gateway.Failover.WhatIf;
using Gateway.Host.CommandLine;
using Gateway.Host.Demo;
using Gateway.Host.Files;

namespace Gateway.Host.Simulation;

/// <summary><c>simulate</c>: reads, replays, prints.</summary>
internal static class Simulate
{
    private const int Narrowest = 80;
    private const int Widest = 120;
    private const int Usual = 100;

    public static async Task<int> RunAsync(SimulateArguments arguments)
    {
        if (arguments.Help)
        {
            Console.WriteLine(SimulateArguments.Usage);
        }
        else if (arguments.Record is { } journal)
        {
            await RecordAsync(arguments, journal);
        }
        else
        {
            await ReplayAsync(arguments, arguments.Trace!);
        }

        return 0;
    }

    private static async Task ReplayAsync(SimulateArguments arguments, string file)
    {
        var trace = TraceFormat.ReadFile(file);
        var outcomes = new List<NamedOutcome>
        {
            await RunAsync(arguments, file, trace, arguments.Config, arguments.Demo),
        };
        if (arguments.Compare is { } other)
        {
            outcomes.Add(await RunAsync(arguments, file, trace, other, demo: false));
        }

        var text = arguments.Json
            ? OutcomeText.Json(file, trace, arguments.Seed, outcomes)
            : OutcomeText.Of(trace, arguments.Seed, outcomes, Width());
        Console.Write(text);
    }

    private static async Task<NamedOutcome> RunAsync(SimulateArguments arguments, string file, Trace trace, string? config, bool demo)
    {
        var (accepted, name) = await ReadAsync(new Arguments(demo, Help: false, Version: false, config, Check: null, arguments.Settings));
        return WhatIfSimulation.Run(file, trace, arguments.Pool, arguments.Seed, name, accepted);
    }

    /// <summary>What the gateway would accept if it were started like this. It is put together in the same way, and not started.</summary>
    public static async Task<(AcceptedConfig Config, string Name)> ReadAsync(Arguments arguments)
    {
        var builder = WebApplication.CreateBuilder();
        builder.AddFiles(arguments);
        var demo = builder.AddDemoSettings(arguments);
        builder.Logging.ClearProviders();
        builder.Services.AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy")).AddFailover();
        await using var app = builder.Build();
        return (app.Services.GetRequiredService<ConfigGate>().Current, demo is null ? arguments.Config ?? "appsettings.json" : "the demo");
    }

    private static async Task RecordAsync(SimulateArguments arguments, string journal)
    {
        var trace = TraceFormat.Write(TraceRecording.Of(journal, arguments.Pool, arguments.From, arguments.To));
        if (arguments.Out is not { } file)
        {
            Console.Write(trace);
            return;
        }

        try
        {
            await File.WriteAllTextAsync(file, trace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--out is '{file}', which cannot be written: {e.Message}");
        }
    }

    // What is not a terminal has no width.
    private static int Width()
    {
        try
        {
            return Console.IsOutputRedirected ? Usual : Math.Clamp(Console.WindowWidth - 1, Narrowest, Widest);
        }
        catch (IOException)
        {
            return Usual;
        }
    }
}
