using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Failover.Attempts;
using Gateway.Failover.Engine;

namespace Gateway.Failover.WhatIf;

/// <summary>Where a request goes first, and where next: the order of preference as it is now, as <see cref="Candidates"/> and <see cref="Detour"/> have it.</summary>
internal sealed class Routing(PoolReplay pool, Chance chance)
{
    private long _turn;

    /// <summary>A backend on trial, if the request may be tried there; null for most.</summary>
    public Backend? Trial(RequestMethod method)
    {
        var options = pool.Setup.Options;
        if (method != RequestMethod.Safe || options.Attempts.Max < 2)
        {
            return null;
        }

        foreach (var id in pool.View.Detours?.Trials ?? [])
        {
            var backend = pool.Members[id];
            if (!backend.Refusing && MayGo(id, method) && backend.TryBeginTrial())
            {
                if (pool.Budget.TrySpend(options.Budget))
                {
                    return backend;
                }

                backend.EndTrial();
            }
        }

        return null;
    }

    /// <summary>Load balancing by turns; it is overruled where the pool has a use for the request elsewhere, and where it is no use or not allowed.</summary>
    public Backend? First(RequestMethod method)
    {
        var serving = pool.View.Serving;
        var chosen = serving.IsEmpty ? null : serving[(int)(_turn++ % serving.Length)];
        if (chosen is not null && pool.View.Detours is { } detours && Detour.Otherwise(detours, chosen, chance, pool.Now) is { } other)
        {
            chosen = other;
        }

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
