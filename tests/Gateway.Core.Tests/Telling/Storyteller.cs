using System.Text;
using Xunit;

namespace Gateway.Core.Tests.Telling;

/// <summary>
/// Reads a story and writes it anew. Lines that start at the margin are the author's and stay; indented ones are the core's and are
/// replaced. After every step the invariants are checked and the timers are tried.
/// </summary>
/// <remarks>
/// The lines: <c># prose</c>; <c>pool api: primary | secondary + tertiary</c>; <c>tuning fall=2 stable=5s</c>;
/// <c>peers agree</c>, where the verdict is shared; <c>everybody is up</c>, when the first probes are not the story; <c>at 600ms</c> followed by an observation or a command (see <see cref="Script"/>), which may name several backends with commas;
/// <c>serving</c>, which says who gets the requests; <c>until 10s</c>, which ticks whenever the pool wants to hear of the time.
/// </remarks>
internal sealed class Storyteller
{
    private readonly StringBuilder _told = new();
    private PoolId? _id;
    private string _tiers = string.Empty;
    private PoolTuning _tuning = PoolTuning.Default;
    private PoolState? _pool;
    private Instant _now;
    private Tally _tally;
    private bool _shared;

    public static string Tell(IReadOnlyList<string> lines)
    {
        var teller = new Storyteller();
        for (var number = 0; number < lines.Count; number++)
        {
            try
            {
                teller.Line(lines[number]);
            }
            catch (Exception wrong) when (wrong is FormatException or OverflowException or IndexOutOfRangeException or InvalidOperationException)
            {
                throw new FormatException($"line {number + 1}, \"{lines[number]}\": {wrong.Message}", wrong);
            }
        }

        return teller._told.ToString().TrimEnd('\n') + "\n";
    }

    private void Line(string line)
    {
        if (line.StartsWith(' '))
        {
            return;
        }

        _told.Append(line).Append('\n');
        switch (line.Split(' ', 2))
        {
            case ["pool", var rest]:
                (_id, _tiers) = (new PoolId(rest.Split(':')[0]), rest.Split(':')[1]);
                break;
            case ["tuning", var rest]:
                _tuning = Script.Tuning(_tuning, rest);
                break;
            case ["peers", "agree"]:
                _shared = true;
                break;
            case ["everybody", "is up"]:
                EverybodyIsUp();
                break;
            case ["serving"]:
                _told.Append($"    {Page.Serving(Pool, _now)}\n");
                break;
            case ["at", var rest]:
                Observe(rest.Split(' ', 2));
                break;
            case ["until", var rest]:
                TickUntil(Script.At(rest));
                break;
            case [var word, ..] when word.Length > 0 && word[0] != '#':
                throw new FormatException($"\"{word}\" is no kind of line.");
        }
    }

    private PoolState Pool => _pool ??= PoolState.Create(
        Script.Definition(_id ?? throw new FormatException("A pool line has to come first."), _tiers, _tuning) with { Shared = _shared }, new Instant(0));

    private void EverybodyIsUp() => _pool = Pool.Definition.Backends.Aggregate(Pool, (pool, id) => Applier.Apply(
        pool, Decider.Decide(pool, new PoolInput.ProbeCompleted(_now, _tally, id, ProbeOutcome.Passed.Instance)).Events));

    private void Observe(string[] timeAndRest)
    {
        var (at, rest) = (Script.At(timeAndRest[0]), timeAndRest[1]);
        if (at < _now)
        {
            throw new FormatException($"Time does not run backwards; it is {_now} already.");
        }

        _now = at;
        (rest, _tally) = Script.TakeTally(rest, _tally);
        foreach (var input in Script.Inputs(Pool, at, _tally, rest))
        {
            Step(input);
        }
    }

    private void TickUntil(Instant end)
    {
        while (Timers.NextDue(Pool) is { } due && due <= end)
        {
            _now = Instant.Latest(due, _now);
            _told.Append($"    tick at {Page.Span(_now)}\n");
            Step(new PoolInput.Ticked(_now, _tally));
        }

        _now = Instant.Latest(end, _now);
    }

    private void Step(PoolInput input)
    {
        var before = Pool;
        var decision = Decider.Decide(before, input);
        var after = Applier.Apply(before, decision.Events);
        _pool = after;
        Page.Write(_told, before, decision, after);
        Assert.Empty(Rules.Broken(before, input, decision, after));
    }
}
