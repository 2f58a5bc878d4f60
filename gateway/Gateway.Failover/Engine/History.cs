using System.Collections.Immutable;
using Gateway.Core;
using Gateway.Failover.Configuration;

namespace Gateway.Failover.Engine;

/// <summary>
/// The latest events and changes, in memory, for whoever asks. Written by the engine only; readers get an immutable list. Its id is the
/// journal's, so that a client's cursor means the same after a restart, and nothing after the journal was lost.
/// </summary>
internal sealed class History(ConfigGate gate)
{
    private ImmutableList<Recorded> _events = [];
    private ImmutableList<ChangeRecord> _changes = [];

    /// <summary>The journal's id; without a journal, the process's.</summary>
    public string Id { get; set; } = Guid.NewGuid().ToString("N")[..12];

    public long LastSequence { get; private set; }

    /// <summary>The last sequence of the process before this one. A client that was away for a restart needs a snapshot, not the rest of the events.</summary>
    public long Inherited { get; private set; }

    /// <summary>Oldest first.</summary>
    public ImmutableList<Recorded> Events => Volatile.Read(ref _events);

    /// <summary>Newest first.</summary>
    public ImmutableList<ChangeRecord> Changes => Volatile.Read(ref _changes);

    private int Limit => gate.Current.Options.Engine.HistorySize;

    /// <summary>Engine only.</summary>
    public Recorded Record(DateTimeOffset at, PoolId pool, PoolEvent happened)
    {
        var recorded = new Recorded(LastSequence + 1, at, pool, happened);
        Add(recorded);
        return recorded;
    }

    /// <summary>Engine only: an event out of the journal, or a new one.</summary>
    public void Add(Recorded recorded)
    {
        LastSequence = Math.Max(LastSequence, recorded.Sequence);
        var events = _events.Add(recorded);
        Volatile.Write(ref _events, events.Count > Limit ? events.RemoveAt(0) : events);
        switch (recorded.Event)
        {
            case PoolEvent.ActiveChanged change:
                var changes = _changes.Insert(0, new ChangeRecord(recorded.Pool, recorded.At, change, Measured: null));
                Volatile.Write(ref _changes, changes.Count > Limit ? changes.RemoveAt(changes.Count - 1) : changes);
                break;
            case PoolEvent.ChangeMeasured measured:
                Complete(recorded.Pool, measured);
                break;
        }
    }

    public ChangeRecord? Find(PoolId pool, Epoch epoch) => Changes.Find(change => change.Pool == pool && change.Change.Epoch == epoch);

    /// <summary>Engine only, at the start: what is still open stays unmeasured.</summary>
    public void CloseOpenChanges(string because)
    {
        Inherited = LastSequence;
        foreach (var change in _changes.Where(change => change.Measured is null))
        {
            var verdict = change.Change;
            var detection = verdict.FirstSignalAt is { } signal ? verdict.At - signal : (TimeSpan?)null;
            Complete(change.Pool, new PoolEvent.ChangeMeasured(verdict.At, verdict.Epoch, verdict.Kind, detection, Failover: null, default, because));
        }
    }

    private void Complete(PoolId pool, PoolEvent.ChangeMeasured measured)
    {
        var index = _changes.FindIndex(change => change.Pool == pool && change.Change.Epoch == measured.Epoch);
        if (index >= 0)
        {
            Volatile.Write(ref _changes, _changes.SetItem(index, _changes[index] with { Measured = measured }));
        }
    }
}
