using System.Collections.Immutable;
using Gateway.Core;

namespace Gateway.Failover.Incidents;

/// <summary>What one step of the engine means to incidents: its input, the states around it and what happened.</summary>
internal sealed record IncidentInput(PoolInput Input, PoolState Before, PoolState After, IReadOnlyList<PoolEvent> Events);

/// <summary>
/// Says when an incident of a pool begins and when it is over. It begins with the first bad signal about a backend of the active tier, once the
/// rules have made a suspicion or a verdict of it, and ends when the pool is steady again: nobody in the active tier suspected or down, no
/// change being measured, somebody to serve. Pure: the counters come as a function, because reading them costs something and few steps need it.
/// </summary>
/// <remarks>
/// A request that failed alone is no incident; so a signal is a doubt first, with the counters of that moment, and forgotten when the rules forget
/// it. Events are believed only where the state agrees with them, because a pool may judge without acting.
/// </remarks>
internal sealed record IncidentState
{
    public static readonly IncidentState Quiet = new();

    /// <summary>Bad signals about members of the active tier that nothing has come of yet.</summary>
    public ImmutableDictionary<BackendId, IncidentStart> Doubts { get; init; } = ImmutableDictionary<BackendId, IncidentStart>.Empty;

    public OpenIncident? Open { get; init; }

    /// <returns>The state, and the incident that is over with this step.</returns>
    public (IncidentState State, OpenIncident? Over) Step(IncidentInput input, Func<IncidentSample> sample)
    {
        var open = Open ?? Begin(input, sample);
        var state = this with { Doubts = Doubted(input, sample), Open = open?.Step(input) };
        return state.Open is { } going && IsSteady(input.After)
            ? (state with { Open = null }, going with { OverAt = input.Input.At, End = sample() with { Tally = input.Input.Tally } })
            : (state, null);
    }

    public static bool IsSteady(PoolState pool) => pool is { Window: null, Exhausted: false }
        && pool.Members(pool.Active).All(backend => backend.Admin != Admin.InService || backend.Health is Health.Up or Health.Unknown);

    private OpenIncident? Begin(IncidentInput input, Func<IncidentSample> sample)
    {
        foreach (var happened in input.Events)
        {
            var start = happened switch
            {
                PoolEvent.BackendSuspected e when Concerns(input, e.Backend) =>
                    Started(e.Backend, e.Evidence.FirstBadAt, e.Evidence.Baseline, input, sample),
                PoolEvent.BackendWentDown e when Concerns(input, e.Backend) =>
                    Started(e.Backend, e.Evidence.FirstBadAt, e.Evidence.Baseline, input, sample),
                PoolEvent.ActiveChanged { Kind: ChangeKind.Failover } e when input.After.Epoch.Number >= e.Epoch.Number =>
                    Started(backend: null, e.FirstSignalAt, e.Baseline, input, sample),
                PoolEvent.PoolExhausted when input.After.Exhausted => Started(backend: null, at: null, default, input, sample),
                _ => null,
            };
            if (start is not null)
            {
                return new OpenIncident(start);
            }
        }

        return null;
    }

    // The counters were read when the signal came, if it came alone; else it is the signal that has just come.
    private IncidentStart Started(BackendId? backend, Instant? at, Tally baseline, IncidentInput input, Func<IncidentSample> sample)
    {
        if (at is not { } signal)
        {
            return new IncidentStart(input.Input.At, sample() with { Tally = input.Input.Tally });
        }

        return backend is { } id && Doubts.TryGetValue(id, out var doubt) && doubt.At == signal
            ? doubt
            : new IncidentStart(signal, sample() with { Tally = baseline });
    }

    private ImmutableDictionary<BackendId, IncidentStart> Doubted(IncidentInput input, Func<IncidentSample> sample)
    {
        var doubts = Doubts;
        var tier = input.After.Active.Backends;
        foreach (var gone in doubts.Keys.Where(id => !tier.Contains(id)))
        {
            doubts = doubts.Remove(gone);
        }

        foreach (var backend in input.After.Members(input.After.Active))
        {
            if (backend.Evidence.FirstBadAt is not { } at || backend.Admin != Admin.InService || backend.Health == Health.Down)
            {
                doubts = doubts.Remove(backend.Id);
            }
            else if (!doubts.TryGetValue(backend.Id, out var known) || known.At != at)
            {
                doubts = doubts.SetItem(backend.Id, new IncidentStart(at, sample() with { Tally = backend.Evidence.Baseline }));
            }
        }

        return doubts;
    }

    // Of the tier that was active before the step: with the verdict in the same step it no longer is.
    private static bool Concerns(IncidentInput input, BackendId id) =>
        input.Before.Active.Backends.Contains(id) && input.After.Backends.TryGetValue(id, out var backend)
        && backend is { Admin: Admin.InService, Health: Health.Suspected or Health.Down };
}

/// <summary>The first bad signal, and what the pool's counters were then.</summary>
internal sealed record IncidentStart(Instant At, IncidentSample Counters);
