using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Core.Judging;
using Gateway.Failover.Attempts;
using Gateway.Failover.Engine;

namespace Gateway.Failover.WhatIf;

/// <summary>Where a request goes first, and where next: the order of preference as it is now, as <see cref="Candidates"/> has it.</summary>
internal sealed class Routing(PoolReplay pool, Random dice)
{
    /// <summary>Trial requests under way at a time at one backend.</summary>
    private const int TrialsAtOnce = 2;

    private long _turn;

    /// <summary>A backend that was ejected and may be tried with this request; null for most.</summary>
    public Backend? Trial(RequestMethod method, IEnumerable<SimulatedAttempt> underWay)
    {
        var state = pool.View.State;
        if (method != RequestMethod.Safe || pool.Setup.Options.Attempts.Max < 2 || !state.Tuning.Enforced)
        {
            return null;
        }

        foreach (var id in state.Definition.Backends)
        {
            var backend = state.Backends[id];
            if (backend is { OnTrial: true, Admin: Admin.InService, Leaving: false } && !pool.Members[id.Value].Refusing
                && underWay.Count(attempt => attempt.IsTrial && attempt.Backend.Id == id.Value) < TrialsAtOnce)
            {
                return pool.Members[id.Value];
            }
        }

        return null;
    }

    /// <summary>Load balancing by turns; it is overruled only where that is no use or not allowed.</summary>
    public Backend? First(RequestMethod method)
    {
        var (serving, spilling) = (pool.View.Serving, Ranking.SpillOver(pool.View.State));
        var chosen = spilling.Share > 0 && dice.NextDouble() < spilling.Share
            ? spilling.Next[(int)(_turn++ % spilling.Next.Length)].Value
            : serving.IsEmpty ? null : serving[(int)(_turn++ % serving.Length)];
        return chosen is not null && !pool.Members[chosen].Refusing && MayGo(chosen, method) ? pool.Members[chosen] : Next(method, tried: null);
    }

    public Backend? Next(RequestMethod method, Dictionary<string, long>? tried)
    {
        foreach (var id in pool.View.Candidates)
        {
            if (tried?.ContainsKey(id) != true && !pool.Members[id].Refusing && MayGo(id, method))
            {
                return pool.Members[id];
            }
        }

        return null;
    }

    /// <summary>To the active tier at any time, to another only while the active one is in doubt.</summary>
    public Backend? NextForHedge(RequestMethod method, Backend current)
    {
        foreach (var id in pool.View.Candidates)
        {
            var inReach = pool.View.IsActive(id) || pool.View.SuspectsActive;
            if (id != current.Id && inReach && !pool.Members[id].Refusing && MayGo(id, method))
            {
                return pool.Members[id];
            }
        }

        return null;
    }

    /// <summary>The verdict went against the backend while the attempt was under way, and another can serve.</summary>
    public bool IsLeft(SimulatedAttempt attempt)
    {
        var state = pool.View.State.Backends[new BackendId(attempt.Backend.Id)];
        return state.Health == Health.Down && state.JudgedAt >= attempt.Began && !pool.View.Candidates.Contains(attempt.Backend.Id, StringComparer.OrdinalIgnoreCase);
    }

    private bool MayGo(string id, RequestMethod method) =>
        pool.Setup.Options.Standby == StandbyPolicy.Any || pool.View.IsActive(id) || AttemptPlan.MayReachStandby(pool.Setup.Options.Standby, method);
}
