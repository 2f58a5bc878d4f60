using System.Collections.Immutable;
using System.Text;
using Gateway.Core;
using Gateway.Core.Judging;
using Gateway.Simulation.Gateways;
using Gateway.Simulation.Worlds;

namespace Gateway.Simulation;

/// <summary>What the seeds of a run have exercised, and how often: a run that never gets anywhere proves nothing.</summary>
internal sealed class Report
{
    private readonly long[] _rules = new long[Enum.GetValues<ReasonCode>().Length];
    private readonly long[] _serving = new long[Enum.GetValues<ServingRule>().Length];
    private readonly long[] _proven = new long[16];
    private readonly Dictionary<Type, long> _events = [];
    private readonly Dictionary<string, long> _faults = [];
    private PoolState? _asked;

    public long Seeds { get; set; }

    public long Steps { get; set; }

    public long FewestSteps { get; set; } = long.MaxValue;

    public long Shared { get; set; }

    public long RunTwice { get; set; }

    public long Proposals { get; set; }

    /// <summary>Clients that left.</summary>
    public long Left { get; set; }

    /// <summary>Failures that were nobody's fault but the request's.</summary>
    public long Poisoned { get; set; }

    /// <summary>The last steps as people read them, where a seed is told.</summary>
    public Queue<string>? Story { get; init; }

    public void Count(PoolInput input, Decision decision)
    {
        _rules[(int)decision.Reason.Code]++;
        foreach (var happened in decision.Events)
        {
            var kind = happened.GetType();
            _events[kind] = _events.GetValueOrDefault(kind) + 1;
            // A step has one reason; what else it did by a rule of its own shows in its events.
            if (Rule(happened, input) is { } rule && rule != decision.Reason.Code)
            {
                _rules[(int)rule]++;
            }
        }
    }

    public void CountServing(PoolState pool, Instant now)
    {
        if (ReferenceEquals(pool, _asked))
        {
            return;
        }

        _asked = pool;
        foreach (var rule in Ranking.Rules(pool, now))
        {
            _serving[(int)rule]++;
        }
    }

    public void Proven(int invariant) => _proven[invariant]++;

    public void Fault(string what) => _faults[what] = _faults.GetValueOrDefault(what) + 1;

    public void Tell(World world, Peer peer, PoolInput input, Decision decision)
    {
        if (Story is null)
        {
            return;
        }

        var events = string.Join(", ", decision.Events.Select(happened => happened.GetType().Name));
        var code = RuleAttribute.Of(decision.Reason.Code).Id;
        var what = input switch
        {
            PoolInput.ProbeCompleted e => $"{e.Backend} {e.Outcome.GetType().Name}",
            PoolInput.AttemptFailed e => $"{e.Backend} {e.Fault.Detail}, {e.Streak} in a row",
            PoolInput.Commanded e => e.Command.ToString(),
            PoolInput.VerdictLearned e => $"revision {e.Revision}",
            _ => string.Empty,
        };
        Story.Enqueue(
            $"{world.Agenda.Now:d\\.hh\\:mm\\:ss\\.fff} gateway {peer.Index + 1}, epoch {peer.State.Epoch}, {peer.State.Active.Name}: {input.GetType().Name} {what}\n" +
            $"      {code} {decision.Reason.Sentence} [{events}]");
        if (Story.Count > 20)
        {
            Story.Dequeue();
        }
    }

    public void Add(Report other)
    {
        (Seeds, Steps, FewestSteps) = (Seeds + other.Seeds, Steps + other.Steps, Math.Min(FewestSteps, other.FewestSteps));
        (Shared, RunTwice, Proposals) = (Shared + other.Shared, RunTwice + other.RunTwice, Proposals + other.Proposals);
        (Left, Poisoned) = (Left + other.Left, Poisoned + other.Poisoned);
        Add(_rules, other._rules);
        Add(_serving, other._serving);
        Add(_proven, other._proven);
        Add(_events, other._events);
        Add(_faults, other._faults);
    }

    /// <summary>Rules by which nothing was decided.</summary>
    public ImmutableArray<string> Missing =>
    [
        .. Enum.GetValues<ReasonCode>().Where(code => _rules[(int)code] == 0).Select(code => RuleAttribute.Of(code).Id),
        .. Enum.GetValues<ServingRule>().Where(code => _serving[(int)code] == 0).Select(code => RuleAttribute.Of(code).Id),
        .. Enumerable.Range(7, 9).Where(number => _proven[number] == 0).Select(number => $"invariant {number}"),
    ];

    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine($"{Seeds} seeds, {Steps} steps ({Steps / Math.Max(1, Seeds)} a seed, {FewestSteps} at least), {Shared} seeds with three gateways, {RunTwice} seeds also with another wall clock");
        text.AppendLine($"{Proposals} verdicts proposed, {Left} clients left, {Poisoned} failures of poison requests");
        Table(text, "faults", _faults.Select(entry => (entry.Key, entry.Value)).OrderBy(entry => entry.Key, StringComparer.Ordinal));
        Table(text, "events", _events.Select(entry => (entry.Key.Name, entry.Value)).OrderBy(entry => entry.Name, StringComparer.Ordinal));
        Table(text, "rules", Enum.GetValues<ReasonCode>().Select(code => ($"{RuleAttribute.Of(code).Id} {code}", _rules[(int)code]))
            .Concat(Enum.GetValues<ServingRule>().Select(code => ($"{RuleAttribute.Of(code).Id} {code}", _serving[(int)code]))));
        Table(text, "invariants, how often they were put to the test", Enumerable.Range(7, 9).Select(number => ($"invariant {number}", _proven[number])));
        text.Append(Missing.IsEmpty ? "every rule was exercised" : $"never exercised: {string.Join(", ", Missing)}");
        return text.ToString();
    }

    private static ReasonCode? Rule(PoolEvent happened, PoolInput input) => happened switch
    {
        PoolEvent.BackendOnTrial => ReasonCode.HalfOpen,
        PoolEvent.TrialsLapsed => ReasonCode.TrialsLapsed,
        PoolEvent.RestEnded => ReasonCode.RestOver,
        PoolEvent.ChangeMeasured when input is PoolInput.Ticked => ReasonCode.Measured,
        PoolEvent.BackendDrained { InTime: false } => ReasonCode.DrainTimeOver,
        PoolEvent.BackendWentDown { Cause: Cause.ProbeFailed } => ReasonCode.FallReached,
        PoolEvent.BackendWentDown { Cause: Cause.Refused } => ReasonCode.NobodyListens,
        PoolEvent.BackendWentDown { Cause: Cause.Stalled } => ReasonCode.StallReached,
        PoolEvent.BackendWentDown { Cause: Cause.FailureRatio } => ReasonCode.FailureRatioReached,
        PoolEvent.BackendWentDown { Cause: Cause.Slow } => ReasonCode.SlowRatioReached,
        PoolEvent.BackendLeaving => ReasonCode.Leaving,
        PoolEvent.BackendStays => ReasonCode.LeavingNoMore,
        _ => null,
    };

    private static void Table(StringBuilder text, string title, IEnumerable<(string Name, long Count)> rows)
    {
        text.AppendLine(title);
        foreach (var (name, count) in rows)
        {
            text.AppendLine($"  {count,12}  {name}");
        }
    }

    private static void Add(long[] sum, long[] more)
    {
        for (var index = 0; index < sum.Length; index++)
        {
            sum[index] += more[index];
        }
    }

    private static void Add<T>(Dictionary<T, long> sum, Dictionary<T, long> more)
        where T : notnull
    {
        foreach (var (key, count) in more)
        {
            sum[key] = sum.GetValueOrDefault(key) + count;
        }
    }
}
