using System.Text.Json.Nodes;
using Gateway.Core;
using Gateway.Failover.Configuration;

namespace Gateway.Failover.WhatIf;

/// <summary>An operator's command as an object of a trace.</summary>
internal static class CommandFormat
{
    private static readonly string[] Names = ["switchover", "failback", "hold", "release", "drain", "disable", "enable", "reset"];

    public static TraceCommand Read(JsonFields fields)
    {
        var at = fields.Span("at", "0ms", "24h", $"{Duration.Form}, 0ms to 24h");
        var name = fields.Word("command", Names) ?? throw fields.Refuse($"a command lacks 'command'; allowed is one of {string.Join(", ", Names)}.");
        var command = name switch
        {
            "switchover" => new Command.Switchover(Backend(fields), fields.Flag("force") ?? false),
            "failback" => new Command.Failback(),
            "hold" => new Command.Hold(),
            "release" => new Command.Release(),
            "drain" => new Command.Drain(Backend(fields)) { Within = fields.Span("within", "0ms", "24h") },
            "disable" => new Command.Disable(Backend(fields)),
            "enable" => new Command.Enable(Backend(fields)),
            _ => (Command)new Command.Reset(Backend(fields)),
        };
        fields.End();
        return new TraceCommand(at, command);
    }

    public static JsonObject Write(TraceCommand told)
    {
        var written = new JsonObject { ["at"] = Duration.Format(told.At), ["command"] = told.Command.GetType().Name.ToLowerInvariant() };
        if (BackendOf(told.Command) is { } backend)
        {
            written["backend"] = backend.Value;
        }

        if (told.Command is Command.Switchover { Force: true })
        {
            written["force"] = true;
        }

        if (told.Command is Command.Drain { Within: { } within })
        {
            written["within"] = Duration.Format(within);
        }

        return written;
    }

    /// <summary>Whom a command is about; null where it is about the pool.</summary>
    public static BackendId? BackendOf(Command command) => command switch
    {
        Command.Switchover told => told.To,
        Command.Drain told => told.Backend,
        Command.Disable told => told.Backend,
        Command.Enable told => told.Backend,
        Command.Reset told => told.Backend,
        _ => null,
    };

    /// <summary>The same command about a backend in the configuration's own spelling.</summary>
    public static Command Respelled(Command command, BackendId backend) => command switch
    {
        Command.Switchover told => told with { To = backend },
        Command.Drain told => told with { Backend = backend },
        Command.Disable told => told with { Backend = backend },
        Command.Enable told => told with { Backend = backend },
        Command.Reset told => told with { Backend = backend },
        _ => command,
    };

    private static BackendId Backend(JsonFields fields) => new(fields.Text("backend", "the id of a backend"));
}
