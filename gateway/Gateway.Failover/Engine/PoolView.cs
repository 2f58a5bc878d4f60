using System.Collections.Immutable;
using Gateway.Core;
using Gateway.Core.Judging;
using Gateway.Failover.Configuration;

namespace Gateway.Failover.Engine;

/// <summary>What a request needs to know of a pool: one immutable snapshot, swapped by reference.</summary>
internal sealed class PoolView
{
    public PoolView(PoolState state, FirstAnswer? awaited, PoolOptions options)
    {
        State = state;
        Awaited = awaited;
        Serving = [.. Ranking.Serving(state).Select(id => id.Value)];
        Candidates = [.. Ranking.Candidates(state).Select(id => id.Value)];
        SuspectsActive = state.Members(state.Active).Any(backend => backend.Health != Health.Up && backend.Health != Health.Unknown);
        ActiveBackends = [.. state.Obeyed.Backends.Select(id => id.Value)];
        EpochHeader = state.Tuning.Enforced ? $"{state.Epoch};{state.Active.Name}" : null;
        Detours = Detours.Of(state, options, Serving);
        WantsAnswers = state.Exhausted || state.Backends.Values.Any(backend => backend.OnTrial);
    }

    public PoolState State { get; }

    /// <summary>The backends among which load balancing chooses.</summary>
    public ImmutableArray<string> Serving { get; }

    /// <summary>Everybody who may be tried, best first.</summary>
    public ImmutableArray<string> Candidates { get; }

    /// <summary>The backends of the active tier, fit or not.</summary>
    public ImmutableArray<string> ActiveBackends { get; }

    /// <summary>A backend of the active tier is in doubt, or down: what it is silent about may be asked of another tier.</summary>
    public bool SuspectsActive { get; }

    /// <summary>The value of <c>X-Failover-Epoch</c>; null in a dry run, where requests do not follow the verdict.</summary>
    public string? EpochHeader { get; }

    /// <summary>Where requests go otherwise than load balancing has chosen; null most of the time.</summary>
    public Detours? Detours { get; }

    /// <summary>Somebody who is down may come back by what it answers.</summary>
    public bool WantsAnswers { get; }

    public bool IsActive(string backend)
    {
        foreach (var id in ActiveBackends)
        {
            if (id.Equals(backend, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether it was drained, and what is under way there has had its time. Where nobody else can serve it still may.</summary>
    public bool HasDrained(string backend) =>
        State.Backends.TryGetValue(new BackendId(backend), out var known) && known.Drained && !Candidates.Contains(backend, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether requests are tried there before it may come back.</summary>
    public bool IsOnTrial(string backend) => State.Backends.TryGetValue(new BackendId(backend), out var known) && known.OnTrial;

    /// <summary>Whether the verdict has taken a backend down.</summary>
    public bool IsDown(string backend) => State.Backends.TryGetValue(new BackendId(backend), out var known) && known.Health == Health.Down;

    /// <summary>Set while the backend of the latest verdict has not yet given a good answer.</summary>
    public FirstAnswer? Awaited { get; }
}

/// <summary>Waits for the first good answer of the backends that a verdict made active. The first request to see one reports it, once.</summary>
internal sealed class FirstAnswer(Epoch epoch, ImmutableArray<BackendId> from)
{
    private const long Nobody = long.MinValue;

    private int _seen;
    private long _askedAt = Nobody;

    public Epoch Epoch => epoch;

    /// <summary>When the first request came that found this verdict; null when all that were answered had begun before it.</summary>
    public Instant? AskedAt => Interlocked.Read(ref _askedAt) is var ticks and not Nobody ? new Instant(ticks) : null;

    /// <summary>A request begins. Only the first counts.</summary>
    public void Ask(Instant at) => Interlocked.CompareExchange(ref _askedAt, at.Ticks, Nobody);

    public bool IsFirst(string backend) =>
        Volatile.Read(ref _seen) == 0 && Comes(backend) && Interlocked.Exchange(ref _seen, 1) == 0;

    private bool Comes(string backend)
    {
        foreach (var id in from)
        {
            if (id.Value == backend)
            {
                return true;
            }
        }

        return false;
    }
}
