using System.Collections.Immutable;
using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Failover.Engine;
using Yarp.ReverseProxy.Model;

namespace Gateway.Failover.Attempts;

/// <summary>Whether a request is sent somewhere else than where YARP's load balancing has chosen, because the pool has a use for it there.</summary>
internal static class Detour
{
    /// <summary>
    /// A backend on trial, if the request may be tried there: safe, without a body, with an attempt and a token of the budget left should it fail, and bound
    /// to nobody else by session affinity. One trial at a time.
    /// </summary>
    public static Backend? Trial(Pool pool, IReverseProxyFeature route, HttpContext context, RequestMethod method)
    {
        var options = pool.Setup.Options;
        if (method != RequestMethod.Safe || options.Attempts.Max < 2 || IsBound(context, route))
        {
            return null;
        }

        if (pool.View.Detours is not { Trials: { IsEmpty: false } trials } || pool.Attempts.Budget.Tokens(options.Budget) < 1)
        {
            return null;
        }

        foreach (var id in trials)
        {
            if (pool.Members.TryGetValue(id, out var backend) && !backend.Refusing && Candidates.MayGo(pool, pool.View, id, method) && backend.TryBeginTrial())
            {
                if (pool.Attempts.Budget.TrySpend(options.Budget))
                {
                    return backend;
                }

                backend.EndTrial();
            }
        }

        return null;
    }

    /// <summary>Somebody of the next tier for what spills over, or another of the tier where shares are uneven; null to leave the choice as it is.</summary>
    public static string? Otherwise(Detours detours, IReverseProxyFeature route, HttpContext context, string chosen, Chance chance, Instant now) =>
        IsBound(context, route) ? null : Otherwise(detours, chosen, chance, now);

    /// <summary>The same for a request that is bound to nobody.</summary>
    public static string? Otherwise(Detours detours, string chosen, Chance chance, Instant now) =>
        detours.SpillShare > 0 && chance.Next() < detours.SpillShare
            ? detours.Spill[(int)(chance.Next() * detours.Spill.Length)]
            : detours.Shares.IsEmpty ? null : Shared(detours.Shares, detours.SlowStart, chosen, chance, now);

    // Whatever load balancing has chosen is kept with the probability of its share, and chosen anew by shares otherwise: where it chose evenly, everybody
    // gets exactly their share.
    private static string? Shared(ImmutableArray<Share> shares, TimeSpan slowStart, string chosen, Chance chance, Instant now)
    {
        var (sum, most, own) = (0.0, 0.0, 0.0);
        foreach (var share in shares)
        {
            var size = share.At(now, slowStart);
            (sum, most) = (sum + size, Math.Max(most, size));
            own = share.Backend.Equals(chosen, StringComparison.OrdinalIgnoreCase) ? size : own;
        }

        if (chance.Next() * most < own)
        {
            return null;
        }

        var place = chance.Next() * sum;
        foreach (var share in shares)
        {
            place -= share.At(now, slowStart);
            if (place < 0)
            {
                return share.Backend;
            }
        }

        return null;
    }

    // A session that has its backend stays there as long as it can.
    private static bool IsBound(HttpContext context, IReverseProxyFeature route) =>
        route.Cluster.Config.SessionAffinity is { Enabled: true, AffinityKeyName: var key }
        && (context.Request.Cookies.ContainsKey(key) || context.Request.Headers.ContainsKey(key));
}
