using Gateway.Core;

namespace Gateway.Failover.WhatIf;

/// <summary>
/// Simulated time: what is due, in order. Of what is due at the same instant, the one that was asked for first comes first, so that a replay is the same every
/// time.
/// </summary>
internal sealed class Agenda(Instant start)
{
    private readonly PriorityQueue<Action, (long At, long Order)> _due = new();
    private long _order;

    public Instant Now { get; private set; } = start;

    /// <summary>What is over already is due at once.</summary>
    public void At(Instant at, Action action) => _due.Enqueue(action, (Math.Max(at.Ticks, Now.Ticks), _order++));

    public void In(TimeSpan span, Action action) => At(Now + span, action);

    /// <summary>As soon as what happens now is over.</summary>
    public void Next(Action action) => At(Now, action);

    /// <summary>Goes on until nothing is due any more by this instant, or until there is no reason to.</summary>
    public void RunUntil(Instant end, Func<bool> goesOn)
    {
        while (goesOn() && _due.TryPeek(out _, out var next) && next.At <= end.Ticks)
        {
            Now = new Instant(next.At);
            _due.Dequeue()();
        }

        if (goesOn())
        {
            Now = end;
        }
    }
}
