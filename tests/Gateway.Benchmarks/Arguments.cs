using System.Globalization;

namespace Gateway.Benchmarks;

internal enum Mode
{
    Help,
    Throughput,
    Memory,
    Processor,

    /// <summary>One of the processes that <see cref="Throughput"/> starts.</summary>
    Role,
}

/// <summary>What was asked for on the command line.</summary>
internal sealed record Arguments
{
    public const string Usage = """
        What failover costs, measured against stock YARP. Run it in Release.

          --throughput            requests/s, p50 and p99 of YARP alone and of YARP with failover, each a process of its own,
                                  under load by wrk; interleaved runs, then medians and ratios as a Markdown table
            --connections 32      of wrk
            --seconds 8           of each run
            --runs 5              of each contestant, after a warm-up
            --host                also the whole Gateway.Host
            --post                POST with a body of 64 bytes instead of GET

          --memory                bytes allocated and time taken per proxied request and per decision of the core, by BenchmarkDotNet;
                                  what follows is passed on to it, such as --memory --filter '*Decide*'

          --processor             processor time per proxied request, in this process; least disturbed by a busy machine
            --runs 41             of each contestant

          --help                  this text
        """;

    public Mode Mode { get; private init; }

    public int Connections { get; private init; } = 32;

    public int Seconds { get; private init; } = 8;

    /// <summary>Null: as many as the mode thinks right.</summary>
    public int? Runs { get; private init; }

    public bool Host { get; private init; }

    public bool Post { get; private init; }

    /// <summary>The arguments of BenchmarkDotNet.</summary>
    public string[] BenchmarkDotNet { get; private init; } = [];

    /// <summary>Which part the process plays, and the port that it listens on.</summary>
    public string Role { get; private init; } = string.Empty;

    public int Port { get; private init; }

    /// <summary>Where the backend of a proxy is.</summary>
    public string Backend { get; private init; } = string.Empty;

    /// <exception cref="BenchmarkException">An argument is not understood.</exception>
    public static Arguments Parse(string[] args)
    {
        var parsed = new Arguments();
        for (var index = 0; index < args.Length; index++)
        {
            if (args[index] == "--memory")
            {
                return parsed with { Mode = Mode.Memory, BenchmarkDotNet = args[(index + 1)..] };
            }

            parsed = args[index] switch
            {
                "--help" or "-h" => parsed with { Mode = Mode.Help },
                "--throughput" => parsed with { Mode = Mode.Throughput },
                "--processor" => parsed with { Mode = Mode.Processor },
                "--host" => parsed with { Host = true },
                "--post" => parsed with { Post = true },
                "--connections" => parsed with { Connections = Number(args, ref index) },
                "--seconds" => parsed with { Seconds = Number(args, ref index) },
                "--runs" => parsed with { Runs = Number(args, ref index) },
                "--role" => parsed with { Mode = Mode.Role, Role = Value(args, ref index) },
                "--port" => parsed with { Port = Number(args, ref index) },
                "--backend" => parsed with { Backend = Value(args, ref index) },
                var other => throw new BenchmarkException($"'{other}' is not understood.\n\n{Usage}"),
            };
        }

        return parsed;
    }

    private static string Value(string[] args, ref int index)
    {
        var option = args[index];
        return ++index < args.Length ? args[index] : throw new BenchmarkException($"{option} lacks its value.");
    }

    private static int Number(string[] args, ref int index)
    {
        var option = args[index];
        var text = Value(args, ref index);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new BenchmarkException($"{option} is '{text}'; allowed is a whole number above 0.");
    }
}

/// <summary>The benchmark cannot be run. The message is all that the user needs to know.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
