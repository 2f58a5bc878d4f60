using System.Collections.Immutable;
using Gateway.Core;
using Gateway.Core.Judging;
using Gateway.Failover.Configuration;

namespace Gateway.Failover.Engine;

/// <summary>
/// Where requests go other than to whom YARP's load balancing has chosen: to a backend on trial, to the next tier, or to another of the tier
/// that shall get more. Most of the time there is no such thing, and a view has none.
/// </summary>
/// <param name="Trials">Backends at which requests are tried before they may come back.</param>
/// <param name="Spill">Who takes what the active tier cannot carry.</param>
/// <param name="SpillShare">How much of all requests that is, 0 to 1.</param>
/// <param name="Shares">What each of the serving backends shall get, where that is not the same for all; empty otherwise.</param>
/// <param name="SlowStart">How long a backend takes to its full share.</param>
internal sealed record Detours(
    ImmutableArray<string> Trials, ImmutableArray<string> Spill, double SpillShare, ImmutableArray<Share> Shares, TimeSpan SlowStart)
{
    public static Detours? Of(PoolState state, PoolOptions options, ImmutableArray<string> serving)
    {
        var trials = state.Tuning.Enforced
            ? state.Backends.Values.Where(backend => backend is { OnTrial: true, Ejection.Lapsed: false, Admin: Admin.InService, Leaving: false })
                .Select(backend => backend.Id.Value).ToImmutableArray()
            : [];
        var (spill, share) = Ranking.SpillOver(state);
        var shares = serving.Select(id => ShareOf(state.Backends[new BackendId(id)], options)).ToImmutableArray();
        var isEven = shares.Length < 2 || shares.All(one => one.Weight == shares[0].Weight && one.RampsFrom is null);
        return trials.IsEmpty && spill.IsEmpty && isEven
            ? null
            : new Detours(trials, [.. spill.Select(id => id.Value)], share, isEven ? [] : shares, state.Tuning.SlowStart);
    }

    private static Share ShareOf(BackendState backend, PoolOptions options) => new(
        backend.Id.Value,
        options.Backends.TryGetValue(backend.Id.Value, out var special) ? special.Weight : new BackendOptions().Weight,
        backend.StartsSlowly && options.Judging.SlowStart > TimeSpan.Zero ? backend.UpSince : null);
}

/// <summary>How much of its tier's requests a backend shall get, compared with the others.</summary>
/// <param name="RampsFrom">Since when its share has been growing, or null when it has all of it.</param>
internal readonly record struct Share(string Backend, int Weight, Instant? RampsFrom)
{
    public double At(Instant now, TimeSpan slowStart) => RampsFrom is { } since ? Weight * Ranking.Ramp(since, slowStart, now) : Weight;
}
