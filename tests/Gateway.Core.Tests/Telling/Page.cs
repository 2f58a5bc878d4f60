using System.Globalization;
using System.Text;
using Gateway.Core.Judging;

namespace Gateway.Core.Tests.Telling;

/// <summary>How a step is put into a story: its events, its reason, and the state where it changed.</summary>
internal static class Page
{
    public static void Write(StringBuilder told, PoolState before, Decision decision, PoolState after)
    {
        foreach (var happened in decision.Events)
        {
            told.Append("    ").Append(happened.GetType().Name).Append(happened.Enforced ? "" : " (dry run)").Append(Event(happened)).Append('\n');
        }

        var said = decision.Events.Any(happened => happened.Sentence == decision.Reason.Sentence);
        told.Append("    ").Append("because ").Append(RuleAttribute.Of(decision.Reason.Code).Id).Append(' ').Append(decision.Reason.Code).Append(said ? "" : $": {decision.Reason.Sentence}").Append('\n');
        var (was, isNow) = (State(before), State(after));
        if (was != isNow)
        {
            told.Append("    ").Append(isNow).Append('\n');
        }
    }

    /// <summary>Where the pool stands, in one line; "due" is when it wants to hear of the time.</summary>
    public static string State(PoolState pool)
    {
        var words = new StringBuilder($"= epoch {pool.Epoch}, {pool.Active.Name} active");
        words.Append(pool.Held ? ", held" : "").Append(pool.Pinned ? ", pinned" : "").Append(pool.Forced ? ", forced" : "").Append(pool.Exhausted ? ", exhausted" : "");
        words.Append(pool.RestsUntil is { } rest ? $", rests until {Span(rest)}" : "").Append(pool.ProposedAt is not null ? ", proposed" : "");
        words.Append(pool.Revision > 0 ? $", revision {pool.Revision}" : "").Append(pool.Obeyed == pool.Active ? "" : $", obeying {pool.Obeyed.Name}").Append(':');
        foreach (var backend in pool.Definition.Backends.Select(id => pool.Backends[id]))
        {
            words.Append(' ').Append(backend.Id).Append('=').Append(Standing(backend));
        }

        return words.Append(Timers.NextDue(pool) is { } due ? $"; due {Span(due)}" : "").ToString();
    }

    /// <summary>Among whom load balancing chooses, who is tried after them, and by which rules.</summary>
    public static string Serving(PoolState pool, Instant now)
    {
        var serving = Ranking.Serving(pool);
        var others = Ranking.Candidates(pool).Except(serving).ToList();
        var shares = serving.Select(id => serving.Length > 1 && Ranking.Ramp(pool.Backends[id], pool.Tuning, now) is var share and < 1 ? $"{id} at {share:0.##}" : id.Value);
        var spilled = Ranking.SpillOver(pool) is { Share: > 0 } spill ? $", {spill.Share:0.##} of them to {Names(spill.Next)}" : "";
        var rules = string.Join(' ', Ranking.Rules(pool, now).Select(rule => RuleAttribute.Of(rule).Id + " " + rule));
        var goTo = serving.IsEmpty ? "nobody" : string.Join(", ", shares);
        return $"requests go to {goTo}{spilled}{(others.Count > 0 ? $", then {Names(others)}" : "")} by {rules}";
    }

    public static string Span(Instant at) => (at - new Instant(0)).TotalMilliseconds is var ms && ms % 1000 == 0
        ? $"{ms / 1000}s"
        : $"{ms.ToString(CultureInfo.InvariantCulture)}ms";

    private static string Standing(BackendState backend)
    {
        var health = backend switch
        {
            { Ejection.Lapsed: true } => "lapsed",
            { OnTrial: true } => $"trial({backend.Ejection!.Trials})",
            { Ejected: true } => "ejected",
            _ => Lower(backend.Health),
        };
        var admin = backend.Admin == Admin.InService ? health : $"{health}/{(backend.Drained ? "drained" : Lower(backend.Admin))}";
        return backend.Leaving ? $"{admin}/leaving" : admin;
    }

    private static string Event(PoolEvent happened) => happened switch
    {
        PoolEvent.EvidenceNoted e => $" {e.Backend} {Evidence(e.Evidence)}",
        PoolEvent.FirstAnswerNoted e => $" epoch {e.Epoch}",
        PoolEvent.TrialNoted e => $" {e.Backend} {e.Trials}",
        PoolEvent.VerdictProposed => "",
        PoolEvent.ActiveChanged e => $" {Lower(e.Kind)} by {e.Cause}{(e.FirstSignalAt is { } at ? $", first signal {Span(at)}" : "")}: {e.Sentence}",
        PoolEvent.BackendWentDown e => $" by {e.Cause}: {e.Sentence}",
        PoolEvent.BackendSuspected e => $" by {e.Cause}: {e.Sentence}",
        _ => $": {happened.Sentence}",
    };

    private static string Evidence(Evidence evidence) => evidence.FirstBadAt is { } first
        ? $"failed {evidence.FailedProbes}, passed {evidence.PassedProbes}, first bad {Span(first)}"
        : "nothing against it";

    private static string Names(IReadOnlyCollection<BackendId> backends) => backends.Count > 0 ? string.Join(", ", backends) : "nobody";

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
