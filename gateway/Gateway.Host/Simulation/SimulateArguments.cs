using System.Globalization;
using Gateway.Host.CommandLine;

namespace Gateway.Host.Simulation;

/// <summary>What was asked of <c>simulate</c>.</summary>
internal sealed record SimulateArguments
{
    public const string Command = "simulate";

    public const string Usage = """
        What a configuration would have made of an outage. Nothing is sent to anybody.

          simulate --trace FILE                   replays the outage in FILE with the demo's configuration, or with appsettings.json where that names a pool
          simulate --trace FILE --config FILE     with this configuration, read and checked as the gateway would
          simulate ... --compare FILE             with that configuration too, side by side
          --pool POOL                             the pool; otherwise the trace's, otherwise the first
          --seed NUMBER                           of the dice; 1 when left out, and the same seed gives the same outcome
          --json                                  for machines
          --Section:Key=value                     any setting, for both configurations

          simulate --record JOURNAL --pool POOL   makes a trace of a journal, a file or a folder with one, and writes it to the standard output
          --from TIME, --to TIME                  only what happened between these, as in 2026-01-31T10:00:00Z
          --out FILE                              writes it to FILE

          --help                                  this text
        """;

    private const string Allowed =
        "allowed are --trace, --config, --compare, --pool, --seed, --json, --demo, --record, --from, --to, --out, --help and settings such as --Failover:Pools:api:Probe:Fall=3.";

    public bool Help { get; private init; }

    public bool Demo { get; private init; }

    public bool Json { get; private init; }

    public string? Trace { get; private init; }

    public string? Config { get; private init; }

    public string? Compare { get; private init; }

    public string? Pool { get; private init; }

    public int Seed { get; private init; } = 1;

    public string? Record { get; private init; }

    public DateTimeOffset? From { get; private init; }

    public DateTimeOffset? To { get; private init; }

    public string? Out { get; private init; }

    public string[] Settings { get; private init; } = [];

    /// <exception cref="UsageException">An argument is not understood, or does not go with the others.</exception>
    public static SimulateArguments Parse(IReadOnlyList<string> args)
    {
        var parsed = new SimulateArguments();
        for (var index = 0; index < args.Count; index++)
        {
            parsed = args[index] switch
            {
                "--help" or "-h" => parsed with { Help = true },
                "--demo" => parsed with { Demo = true },
                "--json" => parsed with { Json = true },
                "--trace" => parsed with { Trace = Arguments.Value(args, ref index, "a file") },
                "--config" => parsed with { Config = Arguments.Value(args, ref index, "a file") },
                "--compare" => parsed with { Compare = Arguments.Value(args, ref index, "a file") },
                "--pool" => parsed with { Pool = Arguments.Value(args, ref index, "a pool") },
                "--seed" => parsed with { Seed = Number(Arguments.Value(args, ref index, "a number")) },
                "--record" => parsed with { Record = Arguments.Value(args, ref index, "a journal") },
                "--from" => parsed with { From = Time("--from", Arguments.Value(args, ref index, "a time")) },
                "--to" => parsed with { To = Time("--to", Arguments.Value(args, ref index, "a time")) },
                "--out" => parsed with { Out = Arguments.Value(args, ref index, "a file") },
                var setting when setting.StartsWith("--", StringComparison.Ordinal) && setting.Contains('=') => parsed with { Settings = [.. parsed.Settings, setting] },
                var other => throw new UsageException($"'{other}' is not understood; {Allowed}"),
            };
        }

        return parsed.Help ? parsed : parsed.Checked();
    }

    private SimulateArguments Checked() => this switch
    {
        { Trace: null, Record: null } => throw new UsageException("simulate lacks --trace with a file, or --record with a journal; see simulate --help."),
        { Trace: not null, Record: not null } => throw new UsageException("--trace and --record do not go together; allowed is one of them."),
        { Record: null } when From is not null || To is not null || Out is not null =>
            throw new UsageException("--from, --to and --out go with --record only."),
        { Record: not null } when Compare is not null || Config is not null || Json || Demo || Settings.Length > 0 =>
            throw new UsageException("--config, --compare, --json, --demo and settings go with --trace only."),
        { From: { } from, To: { } to } when to <= from => throw new UsageException($"--to is {to:O}; allowed is a time after --from, {from:O}."),
        _ => this,
    };

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new UsageException($"--seed is '{text}'; allowed is a whole number, 0 to {int.MaxValue}.");

    private static DateTimeOffset Time(string option, string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new UsageException($"{option} is '{text}'; allowed is a time such as 2026-01-31T10:00:00Z.");
}
