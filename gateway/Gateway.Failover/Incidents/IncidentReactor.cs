using System.Collections.Concurrent;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Incidents;

/// <summary>Brings what happens to the incidents of its pool, and knows the incidents of all of them.</summary>
internal sealed class IncidentReactor(PoolDirectory pools, IncidentJournal journal, EngineClock clock, ILogger<IncidentReactor> log) : IReactor
{
    private readonly ConcurrentDictionary<string, PoolIncidents> _pools = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Newest first; those that go on are told as they are now.</summary>
    public IEnumerable<Incident> Newest
    {
        get
        {
            var open = _pools.Values.Select(pool => pool.Current).OfType<Incident>().ToDictionary(incident => incident.Id);
            return journal.All.Values.Reverse().Select(incident => open.GetValueOrDefault(incident.Id, incident));
        }
    }

    public void React(Step step)
    {
        // What a dry run would have done is no incident: nobody felt anything of it.
        if (Of(step.Pool) is var pool && (step.After.Tuning.Enforced || pool.IsOpen))
        {
            pool.React(step);
        }
    }

    public Incident? Find(long id) =>
        _pools.Values.Where(pool => pool.IsOpen).Select(pool => pool.Current).FirstOrDefault(incident => incident?.Id == id)
            ?? journal.All.GetValueOrDefault(id);

    public PoolIncidents Of(Pool pool)
    {
        var known = _pools.GetOrAdd(pool.Id.Value, static (_, made) => made.Self.Make(made.Pool), (Self: this, Pool: pool));
        if (ReferenceEquals(known.Pool, pool))
        {
            return known;
        }

        // The pool was taken out and has come back: its counters have begun anew.
        known.Close(removed: true);
        var fresh = Make(pool);
        return _pools.TryUpdate(pool.Id.Value, fresh, known) ? fresh : Of(pool);
    }

    public void Tick()
    {
        foreach (var pool in pools.All.Values)
        {
            Of(pool).Tick();
        }

        foreach (var (name, gone) in _pools.Where(entry => pools.Find(entry.Key) is null))
        {
            _pools.TryRemove(name, out _);
            gone.Close(removed: true);
        }
    }

    /// <summary>Keeps what is known of what goes on.</summary>
    public void Close()
    {
        foreach (var pool in _pools.Values)
        {
            pool.Close(removed: false);
        }
    }

    private PoolIncidents Make(Pool pool)
    {
        var name = pool.Id.Value;
        var figures = journal.FiguresOf(name) ?? new Reliability { Pool = name, Since = clock.Wall(clock.Now) };
        return new PoolIncidents(pool, figures, journal, clock, log);
    }
}
