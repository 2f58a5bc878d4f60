using System.Collections.Immutable;
using Gateway.Core;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;

namespace Gateway.Failover.WhatIf;

/// <summary>
/// Makes a trace of a journal. A journal says what the gateway thought of its backends and not what was the matter with them, so that this is an estimate: a
/// backend is out of order from the first bad signal until the gateway took it back, or until its trials began, and in the way that the verdict gave as its cause.
/// Nothing in it tells how many requests there were.
/// </summary>
internal static class TraceRecording
{
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <param name="journal">A file, or a folder with one or more.</param>
    /// <param name="poolId">May be left out where the journal knows one pool only.</param>
    /// <exception cref="TraceRefusedException">There is no journal, or nothing in it that was asked for.</exception>
    public static Trace Of(string journal, string? poolId, DateTimeOffset? from, DateTimeOffset? to)
    {
        var all = Read(journal);
        var pools = all.Select(entry => entry.Pool).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase).ToList();
        var pool = pools.Find(pool => poolId is null ? pools.Count == 1 : pool.Equals(poolId, StringComparison.OrdinalIgnoreCase))
            ?? throw new TraceRefusedException(poolId is null
                ? $"{journal}: the journal knows several pools; allowed for --pool are {string.Join(", ", pools)}."
                : $"{journal}: the journal knows no pool '{poolId}'; allowed are {string.Join(", ", pools)}.");
        var entries = all.Where(entry => entry.Pool.Equals(pool, StringComparison.OrdinalIgnoreCase)).OrderBy(entry => entry.At).ToList();
        return Of(journal, entries, pool, from ?? entries[0].At - Before, to ?? entries[^1].At + After);
    }

    private static Trace Of(string journal, List<JournalEntry> entries, string pool, DateTimeOffset from, DateTimeOffset to)
    {
        if (to - from > Longest)
        {
            throw new TraceRefusedException(
                $"{journal}: the events of {pool} span {Duration.Format(Rounded(to - from))}; allowed are {Duration.Format(Longest)}, which --from and --to choose.");
        }

        var events = new RecordedConditions(entries).All.Where(condition => condition.From < to && (condition.To ?? to) > from)
            .Select(condition => Event(condition, from, to)).ToImmutableArray();
        var commands = entries.Where(entry => entry.At >= from && entry.At < to).Select(entry => (entry.At, Command: Command(entry, entries)))
            .Where(told => told.Command is not null).Select(told => new TraceCommand(Rounded(told.At - from), told.Command!)).ToImmutableArray();
        var story = $"Recorded from a journal: {pool}, from {from.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC on.";
        var duration = TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling((to - from).TotalSeconds)));
        return new Trace(story, pool, duration, new Traffic(), [.. events.OrderBy(happened => happened.At)], commands);
    }

    private static List<JournalEntry> Read(string journal)
    {
        try
        {
            var files = Directory.Exists(journal) ? [.. Directory.GetFiles(journal, "*.jsonl").Order(StringComparer.Ordinal)] : new[] { journal };
            if (!files.All(File.Exists) || files.Length == 0)
            {
                throw new TraceRefusedException($"--record is '{journal}'; allowed is a journal, or a folder with files that end in .jsonl.");
            }

            var entries = new List<JournalEntry>();
            foreach (var file in files)
            {
                using var open = new JournalFile<JournalEntry>(file, long.MaxValue);
                entries.AddRange(open.Load(out _));
            }

            return entries.Count > 0 ? entries : throw new TraceRefusedException($"{journal} holds no events; allowed is the journal of a gateway.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TraceRefusedException($"{journal} cannot be read: {e.Message}");
        }
    }

    private static TraceEvent Event(RecordedCondition condition, DateTimeOffset from, DateTimeOffset to) => condition.Event with
    {
        At = condition.From > from ? Rounded(condition.From - from) : TimeSpan.Zero,
        Until = condition.To is { } end && end < to ? Rounded(end - from) : null,
    };

    private static Command? Command(JournalEntry entry, List<JournalEntry> entries)
    {
        var backend = new BackendId(entry.Backend ?? string.Empty);
        return (entry.Kind, entry.Admin) switch
        {
            (nameof(PoolEvent.BackendAdminChanged), Admin.Draining) => new Command.Drain(backend) { Within = entry.Until - entry.At },
            (nameof(PoolEvent.BackendAdminChanged), Admin.Disabled) => new Command.Disable(backend),
            (nameof(PoolEvent.BackendAdminChanged), _) => new Command.Enable(backend),
            (nameof(PoolEvent.BackendReset), _) => new Command.Reset(backend),
            // What was forced is held by that very command.
            (nameof(PoolEvent.HoldPlaced), _) => entries.Exists(other => other.At == entry.At && other.Forced) ? null : new Command.Hold(),
            (nameof(PoolEvent.HoldReleased), _) => new Command.Release(),
            (nameof(PoolEvent.ActiveChanged), _) when entry is { Cause: Cause.Operator, DryRun: false } => entry.Change == ChangeKind.Failback
                ? new Command.Failback()
                : new Command.Switchover(new BackendId(entry.ToBackends?.FirstOrDefault() ?? string.Empty), entry.Forced),
            _ => null,
        };
    }

    private static TimeSpan Rounded(TimeSpan span) => TimeSpan.FromMilliseconds(Math.Round(span.TotalMilliseconds));
}
