using Gateway.Core;
using Gateway.Simulation.Worlds;

namespace Gateway.Simulation.Checks;

/// <summary>
/// What an onlooker knows of a gateway: rows that it counts itself out of what happened, and health as the events have told it. Nothing
/// here is taken out of the core's state, but for what a gateway that starts has read in its journal.
/// </summary>
internal sealed class Ledger
{
    public Entry[] Backends { get; } = new Entry[Scenery.Machines];

    /// <summary>Changes that the pool made by itself.</summary>
    public List<Instant> Changes { get; } = [];

    public Instant ChangedAt { get; private set; }

    public bool Held { get; private set; }

    public bool Resting { get; private set; }

    public bool Pinned { get; private set; }

    public ref Entry Of(BackendId id) => ref Backends[Scenery.Machine(id)];

    /// <summary>A gateway starts, with this in its journal.</summary>
    public void Begin(PoolState pool)
    {
        Array.Clear(Backends);
        foreach (var (id, backend) in pool.Backends)
        {
            Of(id) = new Entry
            {
                Known = true,
                Health = backend.Health,
                Admin = backend.Admin,
                Ejected = backend.Ejected,
                OnTrial = backend.OnTrial,
                Lapsed = backend.Ejection is { Lapsed: true },
                TriedAt = backend.Ejection?.LastTrialAt,
                Troubled = backend.Health == Health.Down,
                Ejections = backend.Ejections,
                UpAt = backend.Health != Health.Down ? backend.UpSince : null,
            };
        }

        (ChangedAt, Held, Resting, Pinned) = (pool.ActiveSince, pool.Held, pool.RestsUntil is not null, pool.Pinned);
        Changes.Clear();
        Changes.AddRange(pool.Changes);
    }

    /// <summary>Before the step is checked: rows of probes and trials.</summary>
    public void Count(PoolInput input)
    {
        switch (input)
        {
            case PoolInput.ProbeCompleted probe:
                ref var probed = ref Of(probe.Backend);
                (probed.PassedProbes, probed.FailedProbes) = probe.Outcome switch
                {
                    ProbeOutcome.Passed => (probed.PassedProbes + 1, 0),
                    ProbeOutcome.Failed => (0, probed.FailedProbes + 1),
                    _ => (probed.PassedProbes, 0),
                };
                break;
            case PoolInput.AttemptSucceeded succeeded when Of(succeeded.Backend).OnTrial:
                ref var tried = ref Of(succeeded.Backend);
                tried.Trials++;
                tried.TriedAt = input.At;
                break;
        }
    }

    /// <summary>After the step was checked: what its events say.</summary>
    public void Note(PoolEvent happened, PoolState after)
    {
        switch (happened)
        {
            case PoolEvent.BackendSuspected e:
                Judge(ref Of(e.Backend), Health.Suspected, e.At);
                break;
            case PoolEvent.BackendCleared e:
                Judge(ref Of(e.Backend), Health.Up, e.At);
                Of(e.Backend).Troubled = false;
                break;
            case PoolEvent.BackendWentDown e:
                WentDown(ref Of(e.Backend), e);
                break;
            case PoolEvent.BackendOnTrial e:
                ref var tried = ref Of(e.Backend);
                (tried.OnTrial, tried.Trials, tried.TriedAt) = (true, 0, e.At);
                break;
            case PoolEvent.TrialsLapsed e:
                Of(e.Backend).Lapsed = true;
                break;
            case PoolEvent.BackendCameUp e:
                CameUp(ref Of(e.Backend), e.At);
                break;
            case PoolEvent.BackendReset e:
                ref var reset = ref Of(e.Backend);
                reset = new Entry { Known = true, Admin = reset.Admin, Leaving = reset.Leaving, Troubled = reset.Troubled };
                break;
            case PoolEvent.BackendAdminChanged e:
                Of(e.Backend).Admin = e.Admin;
                Sound(ref Of(e.Backend), e.At);
                break;
            case PoolEvent.BackendLeaving e:
                Of(e.Backend).Leaving = true;
                Sound(ref Of(e.Backend), e.At);
                break;
            case PoolEvent.BackendStays e:
                Of(e.Backend).Leaving = false;
                Sound(ref Of(e.Backend), e.At);
                break;
            default:
                NoteOfPool(happened, after);
                break;
        }
    }

    private void NoteOfPool(PoolEvent happened, PoolState after)
    {
        switch (happened)
        {
            case PoolEvent.ActiveChanged e:
                (ChangedAt, Pinned) = (e.At, e.Pinned);
                if (e.IsAutomatic)
                {
                    Changes.Add(e.At);
                }

                break;
            case PoolEvent.HoldPlaced:
                Held = true;
                break;
            case PoolEvent.HoldReleased:
                Held = false;
                Forgive(Resting);
                break;
            case PoolEvent.RestBegan:
                Resting = true;
                break;
            case PoolEvent.RestEnded:
                Resting = false;
                break;
            case PoolEvent.PoolConfigured e:
                Reshape(e.Definition, after);
                break;
        }
    }

    private void Forgive(bool rested)
    {
        Resting = false;
        if (rested)
        {
            Changes.Clear();
        }
    }

    // Another limit counts anew; whoever left is forgotten.
    private void Reshape(PoolDefinition definition, PoolState after)
    {
        Changes.Clear();
        Resting = after.RestsUntil is not null;
        for (var machine = 0; machine < Backends.Length; machine++)
        {
            var known = definition.FindTier([Scenery.Id(machine)]) >= 0;
            Backends[machine] = known ? Backends[machine] with { Known = true, EjectionTime = default } : default;
        }
    }

    private static void WentDown(ref Entry entry, PoolEvent.BackendWentDown e)
    {
        Judge(ref entry, Health.Down, e.At);
        (entry.Ejected, entry.OnTrial, entry.Lapsed, entry.Trials) = (e.Ejected, false, false, 0);
        if (e is { Ejected: true, Until: { } until })
        {
            (entry.EjectionTime, entry.Ejections, entry.UpAt, entry.Good) = (until - e.At, e.Ejections, null, TimeSpan.Zero);
        }
        else if (entry.UpAt is { } up)
        {
            // Good time counts, whatever ends it.
            (entry.UpAt, entry.Good) = (null, entry.Good + (e.At - up));
        }
    }

    private static void CameUp(ref Entry entry, Instant at)
    {
        Judge(ref entry, Health.Up, at);
        (entry.Ejected, entry.OnTrial, entry.Lapsed, entry.UpAt, entry.FailedRow, entry.Troubled) = (false, false, false, at, 0, false);
    }

    private static void Judge(ref Entry entry, Health health, Instant at)
    {
        entry.Health = health;
        Sound(ref entry, at);
    }

    private static void Sound(ref Entry entry, Instant at) => entry.SoundSince = entry.IsSound ? entry.SoundSince ?? at : null;
}

/// <summary>What is known of one backend.</summary>
internal record struct Entry
{
    public bool Known { get; set; }

    public Health Health { get; set; }

    public Admin Admin { get; set; }

    public bool Leaving { get; set; }

    public bool Ejected { get; set; }

    public bool OnTrial { get; set; }

    public bool Lapsed { get; set; }

    public int FailedProbes { get; set; }

    public int PassedProbes { get; set; }

    /// <summary>Attempts in a row that really failed through the backend's fault.</summary>
    public int FailedRow { get; set; }

    public int Trials { get; set; }

    public Instant? TriedAt { get; set; }

    public Instant? UpAt { get; set; }

    public Instant? SoundSince { get; set; }

    public TimeSpan EjectionTime { get; set; }

    /// <summary>How long it has been up since it was last ejected, before it was last down.</summary>
    public TimeSpan Good { get; set; }

    public int Ejections { get; set; }

    /// <summary>Something has really gone wrong between this gateway and it, since it was last beyond doubt.</summary>
    public bool Troubled { get; set; }

    public readonly bool IsFit => Known && Admin == Admin.InService && Health != Health.Down && !Leaving;

    public readonly bool IsSound => Known && Admin == Admin.InService && Health == Health.Up && !Leaving;
}
