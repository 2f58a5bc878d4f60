using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Core;
using Gateway.Failover.Configuration;

namespace Gateway.Failover.WhatIf;

/// <summary>A trace as a JSON file. Whatever is not understood is refused with one sentence that names the file, the place and what is allowed.</summary>
internal static class TraceFormat
{
    private const int MostEvents = 10_000;
    private const long MostRequests = 5_000_000;
    private const long MostBytes = 4 * 1024 * 1024;
    private const string Longest = "24h";

    private static readonly string[] Conditions = [.. Enum.GetNames<Condition>().Select(name => name.ToLowerInvariant()).Where(name => name != "well"), "well"];

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static readonly JsonSerializerOptions Pretty = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="TraceRefusedException">There is no such file, or it is no trace.</exception>
    public static Trace ReadFile(string file)
    {
        try
        {
            return new FileInfo(file) is { Exists: true, Length: > MostBytes } large
                ? throw new TraceRefusedException($"{file} has {large.Length} bytes; allowed are {MostBytes}.")
                : Read(file, File.ReadAllText(file));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TraceRefusedException($"{file}: there is no such file; allowed is a trace, as docs/reference/traces.md describes it.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TraceRefusedException($"{file} cannot be read: {e.Message}");
        }
    }

    /// <param name="file">How the file is called in a refusal.</param>
    /// <exception cref="TraceRefusedException">It is no trace.</exception>
    public static Trace Read(string file, string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Lenient);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(new JsonFields(file, string.Empty, document.RootElement))
                : throw new TraceRefusedException($"{file}: the file is no JSON object; allowed is a trace, as docs/reference/traces.md describes it.");
        }
        catch (JsonException e)
        {
            throw new TraceRefusedException($"{file}: line {e.LineNumber + 1} is no JSON; allowed is a trace, as docs/reference/traces.md describes it.");
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, which JSON can write and no text can hold.
            throw new TraceRefusedException($"{file}: a text is no valid Unicode; allowed is a trace, as docs/reference/traces.md describes it.");
        }
    }

    public static string Write(Trace trace)
    {
        var root = new JsonObject { ["story"] = trace.Story };
        if (trace.Pool is { } pool)
        {
            root["pool"] = pool;
        }

        root["duration"] = Duration.Format(trace.Duration);
        root["traffic"] = new JsonObject
        {
            ["requestsPerSecond"] = trace.Traffic.RequestsPerSecond,
            ["unsafeShare"] = trace.Traffic.UnsafeShare,
            ["usualLatency"] = Duration.Format(trace.Traffic.UsualLatency),
        };
        root["events"] = new JsonArray([.. trace.Events.Select(Write)]);
        if (!trace.Commands.IsEmpty)
        {
            root["commands"] = new JsonArray([.. trace.Commands.Select(command => CommandFormat.Write(command))]);
        }

        return root.ToJsonString(Pretty) + "\n";
    }

    private static Trace Read(JsonFields root)
    {
        var story = root.Text("story") ?? string.Empty;
        var pool = root.Text("pool");
        var duration = root.Span("duration", "1s", Longest, $"{Duration.Form}, 1s to {Longest}");
        var traffic = root.Group("traffic") is { } group ? ReadTraffic(group) : new Traffic();
        var events = root.Groups("events", MostEvents).Select(ReadEvent).ToList();
        var commands = root.Groups("commands", MostEvents).Select(CommandFormat.Read).ToList();
        root.End();
        if (traffic.RequestsPerSecond * duration.TotalSeconds > MostRequests)
        {
            throw root.Refuse($"{traffic.RequestsPerSecond} requests a second for {Duration.Format(duration)} are too many; allowed are {MostRequests} requests in all.");
        }

        var trace = new Trace(
            story, pool, duration, traffic, [.. events.OrderBy(happened => happened.At)], [.. commands.OrderBy(command => command.At)]);
        CheckOrder(root, trace);
        return trace;
    }

    private static Traffic ReadTraffic(JsonFields fields)
    {
        var usual = new Traffic();
        var traffic = new Traffic
        {
            RequestsPerSecond = fields.Number("requestsPerSecond", 0, 10_000) ?? usual.RequestsPerSecond,
            UnsafeShare = fields.Number("unsafeShare", 0, 1) ?? usual.UnsafeShare,
            UsualLatency = fields.Span("usualLatency", "1ms", "1m") ?? usual.UsualLatency,
        };
        fields.End();
        return traffic;
    }

    private static TraceEvent ReadEvent(JsonFields fields)
    {
        var at = fields.Span("at", "0ms", Longest, $"{Duration.Form}, 0ms to {Longest}");
        var backend = fields.Text("backend", "the id of a backend");
        var word = fields.Word("is", Conditions) ?? throw fields.Refuse($"an event of {backend} lacks 'is'; allowed is one of {string.Join(", ", Conditions)}.");
        var condition = Enum.Parse<Condition>(word, ignoreCase: true);
        Only(fields, "status", word, condition is Condition.Erring);
        Only(fields, "latency", word, condition is Condition.Slow or Condition.Erring);
        Only(fields, "share", word, condition is Condition.Slow or Condition.Erring or Condition.Hung);
        Only(fields, "probe", word, condition is not (Condition.Dead or Condition.Leaving));
        var happened = new TraceEvent(at, backend, condition)
        {
            Status = fields.Whole("status", 400, 599) ?? 500,
            Latency = fields.Span("latency", "1ms", "1h"),
            ProbePasses = fields.Word("probe", "passes", "fails") is { } says ? says == "passes" : null,
            Share = fields.Number("share", 0, 1) ?? 1,
            Until = fields.Span("until", "0ms", Longest),
        };
        fields.End();
        return happened switch
        {
            { Is: Condition.Slow, Latency: null } => throw fields.Refuse($"{backend} is slow from {Duration.Format(at)} on without a latency; allowed is 1ms to 1h."),
            { Until: { } until } when until <= at => throw fields.Refused("until", Duration.Format(until), $"a time after {Duration.Format(at)}"),
            _ => happened,
        };
    }

    private static void Only(JsonFields fields, string name, string word, bool allowed)
    {
        if (!allowed && fields.Has(name))
        {
            throw fields.Refused(name, $"set for a backend that is {word}", name switch
            {
                "status" => "it for erring",
                "latency" => "it for slow and erring",
                "share" => "it for hung, erring and slow",
                _ => "it for well, hung, erring and slow",
            });
        }
    }

    // One condition at a time: which of two would end when is anybody's guess.
    private static void CheckOrder(JsonFields root, Trace trace)
    {
        foreach (var events in trace.Events.GroupBy(happened => happened.Backend, StringComparer.OrdinalIgnoreCase))
        {
            foreach (var (before, after) in events.Zip(events.Skip(1)))
            {
                if (after.At == before.At || after.At < before.Until)
                {
                    throw root.Refuse(
                        $"{after.Backend} is {Name(after.Is)} from {Duration.Format(after.At)} on while it is {Name(before.Is)}"
                        + $"{(before.Until is { } until ? $" until {Duration.Format(until)}" : string.Empty)}; allowed is one condition at a time.");
                }
            }
        }
    }

    public static string Name(Condition condition) => condition.ToString().ToLowerInvariant();

    private static JsonObject Write(TraceEvent happened)
    {
        var written = new JsonObject { ["at"] = Duration.Format(happened.At), ["backend"] = happened.Backend, ["is"] = Name(happened.Is) };
        if (happened.Is == Condition.Erring)
        {
            written["status"] = happened.Status;
        }

        if (happened.Latency is { } latency)
        {
            written["latency"] = Duration.Format(latency);
        }

        if (happened.ProbePasses is { } passes)
        {
            written["probe"] = passes ? "passes" : "fails";
        }

        if (happened.Share < 1)
        {
            written["share"] = happened.Share;
        }

        if (happened.Until is { } until)
        {
            written["until"] = Duration.Format(until);
        }

        return written;
    }
}
