using Gateway.Core.Tests.Telling;

namespace Gateway.Core.Tests.Walking;

/// <summary>One random life of a pool, watched by somebody who counts for themselves.</summary>
internal sealed class Walk
{
    private readonly Chance _chance;
    private readonly Onlooker _onlooker = new();
    private readonly Queue<(PoolInput Input, Decision Decision, PoolState After)> _story = new();
    private readonly PoolState _first;
    private Instant _now;
    private Tally _tally;

    public Walk(int seed)
    {
        _chance = new Chance(seed);
        _first = Pool = PoolState.Create(_chance.Definition(), _now);
    }

    public PoolState Pool { get; private set; }

    public List<PoolEvent> Happened { get; } = [];

    /// <summary>The last steps, as a transcript would tell them.</summary>
    public string Story => string.Join('\n', _story.Select(step =>
        $"{step.Input.At} {step.Input.GetType().Name}: {step.Decision.Reason.Code}, {step.Decision.Reason.Sentence}\n    {Page.State(step.After)}"));

    public (PoolInput Input, IReadOnlyList<string> Broken) Step()
    {
        _now = _chance.Later(_now, Timers.NextDue(Pool));
        _tally = _chance.More(_tally);
        var input = _chance.Input(Pool, _now, _tally);
        var decision = Decider.Decide(Pool, input);
        var after = Applier.Apply(Pool, decision.Events);
        List<string> broken = [.. Rules.Broken(Pool, input, decision, after), .. _onlooker.Objections(Pool, input, decision, after)];
        Pool = after;
        Happened.AddRange(decision.Events);
        Remember(input, decision);
        return (input, broken);
    }

    public bool ReplaysToTheSameState()
    {
        var replayed = Applier.Apply(_first, [.. Happened]);
        return replayed.Definition == Pool.Definition && Everything(replayed) == Everything(Pool);
    }

    private static string Everything(PoolState pool) =>
        $"{pool} {string.Join(' ', pool.Backends.Values.OrderBy(backend => backend.Id.Value, StringComparer.Ordinal))}";

    private void Remember(PoolInput input, Decision decision)
    {
        _story.Enqueue((input, decision, Pool));
        if (_story.Count > 8)
        {
            _story.Dequeue();
        }
    }
}
