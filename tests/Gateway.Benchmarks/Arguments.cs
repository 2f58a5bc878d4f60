using System.Globalization;

namespace Gateway.Benchmarks;

internal enum Mode
{
    Help,
    Throughput,
    Memory,
    Processor,
    Failover,
    Kills,
    Endure,
    Scale,

    /// <summary>One of the processes that the others start.</summary>
    Role,
}

/// <summary>What was asked for on the command line.</summary>
internal sealed record Arguments
{
    public const string Usage = """
        What failover gives, and what it costs, measured against stock YARP and other proxies. Run it in Release.

          --failover              what clients notice while backends fail, as a Markdown table: a row a fault; the gateway, HAProxy, nginx,
                                  Caddy (Debian's) and stock YARP one after another, each cell with fresh processes; 25 s a cell
            --only gateway,nginx  these contenders: gateway, haproxy-backup, haproxy-first, nginx, caddy, yarp; a beginning is enough
            --rows sigkill,500    these faults: sigkill, sigstop, reset-connections, 503, 500, 403, slow, reset-requests, half-way,
                                  flapping, both
            --runs 1              of every cell; the table has medians
            --rate 500            requests a second

          --kills                 the primary is killed under 1000 GET/s, again and again, behind the gateway alone
            --runs 20             kills

          --endure                memory of the gateway and of stock YARP with 500 idle WebSockets and with 200 uploads of 30 MB at once

          --scale                 10, 100 and 1,000 pools of 10 backends, each probed every second: processor, memory, lateness of probes, time of a
                                  changed configuration; HAProxy with as many checked servers; decisions/s of the core
            --seconds 8           of each measurement
            --watch               with a watched connection to every backend besides (needs 20 descriptors a pool)

          --throughput            requests/s, p50 and p99 of YARP alone and of YARP with failover, each a process of its own,
                                  under load by wrk; interleaved runs, then medians and ratios as a Markdown table
            --connections 32      of wrk
            --seconds 8           of each run
            --runs 5              of each contestant, after a warm-up
            --host                also the whole Gateway.Host
            --post                POST with a body of 64 bytes instead of GET
            --large               answers of 1 MB

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

    public bool Large { get; private init; }

    public bool Watch { get; private init; }

    public int Rate { get; private init; } = 500;

    /// <summary>Empty: all.</summary>
    public string[] Only { get; private init; } = [];

    /// <summary>Empty: all.</summary>
    public string[] Rows { get; private init; } = [];

    /// <summary>The arguments of BenchmarkDotNet.</summary>
    public string[] BenchmarkDotNet { get; private init; } = [];

    /// <summary>Which part the process plays, and the port that it listens on.</summary>
    public string Role { get; private init; } = string.Empty;

    public int Port { get; private init; }

    /// <summary>What a faulty backend calls itself.</summary>
    public string Name { get; private init; } = string.Empty;

    /// <summary>Where the backend of a proxy is.</summary>
    public string Backend { get; private init; } = string.Empty;

    /// <summary>Where the other one is; empty: there is none.</summary>
    public string Standby { get; private init; } = string.Empty;

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
                "--failover" => parsed with { Mode = Mode.Failover },
                "--kills" => parsed with { Mode = Mode.Kills },
                "--endure" => parsed with { Mode = Mode.Endure },
                "--only" => parsed with { Only = Value(args, ref index).Split(',') },
                "--rows" => parsed with { Rows = Value(args, ref index).Split(',') },
                "--rate" => parsed with { Rate = Number(args, ref index) },
                "--scale" => parsed with { Mode = Mode.Scale },
                "--watch" => parsed with { Watch = true },
                "--large" => parsed with { Large = true },
                "--name" => parsed with { Name = Value(args, ref index) },
                "--standby" => parsed with { Standby = Value(args, ref index) },
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
