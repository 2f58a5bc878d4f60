using System.Collections.Frozen;
using Gateway.Core;
using Gateway.Failover.Attempts;
using Gateway.Failover.Configuration;
using Gateway.Failover.Incidents;

namespace Gateway.Failover.Engine;

/// <summary>
/// A pool at work: what readers may see of it at any time without a lock. The engine alone writes <see cref="View"/> and <see cref="Setup"/>;
/// the counters are atomic and outlive a reload.
/// </summary>
internal sealed class Pool
{
    private PoolView _view;
    private PoolSetup _setup;
    private FrozenDictionary<string, Backend> _backends;
    private IncidentWatch? _watched;

    public Pool(PoolSetup setup, PoolState state)
    {
        _setup = setup;
        _view = new PoolView(state, awaited: null, setup.Options);
        _backends = Backends(setup, FrozenDictionary<string, Backend>.Empty);
        FailureStatuses = Statuses(setup);
        Attempts = new PoolAttempts(Counters);
    }

    public PoolId Id => _view.State.Id;

    public PoolCounters Counters { get; } = new();

    /// <summary>What the attempts of its requests share: budget, held requests, what is usual.</summary>
    public PoolAttempts Attempts { get; }

    /// <summary>How long requests took, since the start.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>Looks at requests while something may be wrong; null as long as nothing is, and then a request pays for one read.</summary>
    public IncidentWatch? Watched => Volatile.Read(ref _watched);

    public PoolView View => Volatile.Read(ref _view);

    public PoolSetup Setup => Volatile.Read(ref _setup);

    /// <summary>By id, without regard to case, as YARP compares them.</summary>
    public FrozenDictionary<string, Backend> Members => Volatile.Read(ref _backends);

    public FrozenSet<int> FailureStatuses { get; private set; }

    /// <summary>Something may be wrong from now on: requests are looked at.</summary>
    public IncidentWatch Watch(Instant since)
    {
        if (Watched is { } watch)
        {
            return watch;
        }

        var fresh = new IncidentWatch(since);
        return Interlocked.CompareExchange(ref _watched, fresh, null) ?? fresh;
    }

    /// <summary>Takes the place of the watch that was there.</summary>
    /// <returns>Whether nobody else was faster.</returns>
    public bool Watch(IncidentWatch? next, IncidentWatch? before) => ReferenceEquals(Interlocked.CompareExchange(ref _watched, next, before), before);

    /// <summary>Engine only.</summary>
    public void Publish(PoolView view) => Volatile.Write(ref _view, view);

    /// <summary>Engine only. Backends that stay keep their counters.</summary>
    public void Reconfigure(PoolSetup setup)
    {
        Volatile.Write(ref _backends, Backends(setup, Members));
        FailureStatuses = Statuses(setup);
        if (!ReferenceEquals(Setup, setup))
        {
            Volatile.Write(ref _setup, setup);
            Attempts.Forget();
        }
    }

    private static FrozenDictionary<string, Backend> Backends(PoolSetup setup, FrozenDictionary<string, Backend> known) =>
        setup.Definition.Backends.ToFrozenDictionary(
            id => id.Value,
            // One that is spelled anew is a new one: the rules, the probes and the metrics know it by its spelling.
            id => known.TryGetValue(id.Value, out var kept) && kept.Id == id.Value ? kept : new Backend(id.Value),
            StringComparer.OrdinalIgnoreCase);

    private static FrozenSet<int> Statuses(PoolSetup setup) => setup.Options.Judging.FailureStatuses.ToFrozenSet();
}

/// <summary>All pools, by the id of their YARP cluster. Read on every request, swapped by the engine at a reload.</summary>
internal sealed class PoolDirectory
{
    private FrozenDictionary<string, Pool> _pools = FrozenDictionary<string, Pool>.Empty;

    /// <summary>Pools, or their backends, are others than before. Called in the engine's loop; must not block.</summary>
    public event Action? Changed;

    public FrozenDictionary<string, Pool> All => Volatile.Read(ref _pools);

    public Pool? Find(string clusterId) => All.TryGetValue(clusterId, out var pool) ? pool : null;

    /// <summary>In the order of their names.</summary>
    public IEnumerable<Pool> Ordered => All.Values.OrderBy(pool => pool.Id.Value, StringComparer.OrdinalIgnoreCase);

    /// <summary>Engine only.</summary>
    public void Swap(IEnumerable<Pool> pools) =>
        Volatile.Write(ref _pools, pools.ToFrozenDictionary(pool => pool.Id.Value, StringComparer.OrdinalIgnoreCase));

    /// <summary>Engine only, once everything is in place.</summary>
    public void Announce() => Changed?.Invoke();
}
