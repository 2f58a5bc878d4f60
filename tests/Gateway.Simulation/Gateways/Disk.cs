using Gateway.Core;
using Gateway.Simulation.Worlds;

namespace Gateway.Simulation.Gateways;

/// <summary>One line of a journal, and, for the checks only, what the state was after it.</summary>
internal sealed record Line(PoolEvent Event, TimeSpan WallOrigin, PoolState After);

/// <summary>The journal of a gateway: every event that people care about, by the wall clock. What was known of somebody who is up is forgotten at a restart.</summary>
internal sealed class Disk
{
    private const string Unprobed = "Not probed since the gateway started.";

    private readonly List<Line> _lines = [];

    public int Count => _lines.Count;

    public void Write(PoolEvent happened, PeerClock clock, PoolState after) => _lines.Add(new Line(happened, clock.Wall(default), after));

    /// <summary>The last lines were not written when the machine stopped. Returns the last that was, or null.</summary>
    public Line? Tear(int lines)
    {
        var kept = Math.Max(0, _lines.Count - lines);
        _lines.RemoveRange(kept, _lines.Count - kept);
        return kept == 0 ? null : _lines[kept - 1];
    }

    /// <summary>As the gateway's own restoration does, with the plant's word on which lines are read.</summary>
    public PoolState Restore(PoolDefinition definition, PeerClock clock, Plant plant)
    {
        var state = PoolState.Create(definition, clock.Now);
        for (var index = 0; index < _lines.Count; index++)
        {
            if (plant.Replays(index, _lines.Count, _lines[index].Event) && Read(_lines[index], clock) is { } happened)
            {
                state = Applier.Apply(state, happened);
            }
        }

        var backends = state.Backends;
        foreach (var (id, backend) in state.Backends)
        {
            backends = backends.SetItem(id, Forgotten(backend, clock.Now));
        }

        return state with { Window = null, Exhausted = false, ProposedAt = null, Backends = backends };
    }

    private static BackendState Forgotten(BackendState backend, Instant now) => backend.Health == Health.Down
        ? backend with { Leaving = false }
        : backend with
        {
            Health = Health.Unknown,
            Leaving = false,
            Since = now,
            Reason = backend.Admin == Admin.InService ? Unprobed : backend.Reason,
            JudgedAt = now,
            Finding = Unprobed,
            Evidence = Evidence.None,
        };

    // What the journal's format keeps of an event. A time in the past is never in the future, whatever the wall clock was.
    private static PoolEvent? Read(Line line, PeerClock clock)
    {
        var shift = clock.FromWall(line.WallOrigin).Ticks;
        Instant Ahead(Instant at) => new(at.Ticks + shift);
        Instant Past(Instant at) => Instant.Earliest(Ahead(at), clock.Now);
        Instant? Maybe(Instant? at) => at is { } instant ? Ahead(instant) : null;
        var read = line.Event with { At = Past(line.Event.At) };
        return read switch
        {
            PoolEvent.BackendSuspected e => e with { Evidence = Evidence.None },
            PoolEvent.BackendWentDown e => e with { Evidence = Evidence.None, Until = Maybe(e.Until) },
            PoolEvent.BackendAdminChanged e => e with { Until = Maybe(e.Until) },
            PoolEvent.RestBegan e => e with { Until = Ahead(e.Until) },
            PoolEvent.ActiveChanged e => e with { FirstSignalAt = e.FirstSignalAt is { } signal ? Past(signal) : null, Baseline = default },
            PoolEvent.PoolConfigured or PoolEvent.CommandRefused => null,
            var other => other,
        };
    }
}
