namespace Gateway.Simulation.Worlds;

/// <summary>What will happen, in order of time, and at the same time in the order in which it was planned.</summary>
internal sealed class Agenda
{
    private const int Places = 20;

    private readonly PriorityQueue<Action, long> _due = new();
    private long _planned;

    public TimeSpan Now { get; private set; }

    public void After(TimeSpan delay, Action what) =>
        _due.Enqueue(what, ((Now + delay).Ticks << Places) | (_planned++ & ((1L << Places) - 1)));

    /// <summary>False when nothing is due until then; time is then.</summary>
    public bool Next(TimeSpan until)
    {
        if (!_due.TryPeek(out var what, out var priority) || priority >> Places > until.Ticks)
        {
            Now = until > Now ? until : Now;
            return false;
        }

        _due.Dequeue();
        Now = TimeSpan.FromTicks(priority >> Places);
        what();
        return true;
    }
}
