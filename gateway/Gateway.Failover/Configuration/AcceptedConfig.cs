using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Failover.Configuration.Amending;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Failover.Configuration;

/// <summary>
/// A configuration that was found good as a whole: YARP's part, ours, and the pools that follow from both, under the operators' amendments.
/// </summary>
/// <param name="Provided">The same without the amendments.</param>
internal sealed record AcceptedConfig(
    IReadOnlyList<RouteConfig> Routes,
    IReadOnlyList<ClusterConfig> Clusters,
    FailoverOptions Options,
    ImmutableArray<PoolSetup> Pools,
    ProvidedConfig Provided,
    Amendments Amendments)
{
    // What it says, whole. Compared by text, because lists are equal to themselves only.
    private readonly Lazy<string> _text = new(() => JsonSerializer.Serialize((Routes, Clusters, Options, Amendments.Pools), Everything));

    private static readonly JsonSerializerOptions Everything = new() { IncludeFields = true };

    public bool SaysTheSameAs(AcceptedConfig other) => _text.Value == other._text.Value;

    public string? DefaultPool { get; } = Options.DefaultPool.Length > 0
        ? Pools.FirstOrDefault(pool => pool.Id.Equals(Options.DefaultPool, StringComparison.OrdinalIgnoreCase))?.Id
        : Pools.OrderBy(pool => pool.Id, StringComparer.OrdinalIgnoreCase).FirstOrDefault()?.Id;
}

/// <summary>One pool as the shell needs it: the core's definition, the options, and where its backends are.</summary>
internal sealed record PoolSetup(
    PoolDefinition Definition, PoolOptions Options, ImmutableDictionary<string, BackendAddress> Addresses, FrozenDictionary<string, FailoverRouteOptions> Routes)
{
    private static readonly FailoverRouteOptions Plain = new();

    public string Id => Definition.Id.Value;

    /// <summary>The backends that the configuration does not name: an operator has added them.</summary>
    public FrozenSet<string> Added { get; private init; } = FrozenSet<string>.Empty;

    /// <summary>
    /// From a request's arrival to the first byte of its answer. Where nobody has set it, it is the cluster's own <c>ActivityTimeout</c>: whoever has
    /// allowed slow answers there need not do so twice.
    /// </summary>
    public TimeSpan Deadline { get; private init; } = Options.Attempts.Deadline;

    /// <summary>What is special about a route.</summary>
    public FailoverRouteOptions OfRoute(string routeId) => Routes.GetValueOrDefault(routeId, Plain);

    public static PoolSetup From(
        ClusterConfig cluster, PoolOptions options, IReadOnlyDictionary<string, FailoverRouteOptions> routes, PoolAmendments amended)
    {
        // Ids are compared without case by YARP; the destination's own spelling is the one that people see.
        var spelling = cluster.Destinations!.Keys.ToDictionary(id => id, id => id, StringComparer.OrdinalIgnoreCase);
        var tiers = options.Tiers.Select(tier => new Tier([.. tier.Select(id => new BackendId(spelling[id]))]));
        return new PoolSetup(
            new PoolDefinition(new PoolId(cluster.ClusterId), [.. tiers], Tuning(options)),
            options,
            cluster.Destinations.ToImmutableDictionary(
                entry => entry.Key, entry => BackendAddress.From(entry.Value, options), StringComparer.OrdinalIgnoreCase),
            routes.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase))
        {
            Added = amended.Added.Select(backend => backend.Id).ToFrozenSet(StringComparer.OrdinalIgnoreCase),
            Deadline = options.Attempts.Deadline == new AttemptOptions().Deadline && cluster.HttpRequest?.ActivityTimeout is { } activity
                ? activity
                : options.Attempts.Deadline,
        };
    }

    private static PoolTuning Tuning(PoolOptions options) => new()
    {
        Fall = options.Probe.Fall,
        Rise = options.Probe.Rise,
        FailureStreak = options.Judging.FailureStreak,
        StatusStreak = options.Judging.StatusStreak == 0 ? options.Judging.FailureStreak : options.Judging.StatusStreak,
        FailureRatio = options.Judging.FailureRatio,
        SlowRatio = options.Judging.SlowRatio,
        RatioAttempts = options.Judging.RatioAttempts,
        EjectionTime = options.Judging.EjectionTime,
        EjectionLimit = options.Judging.EjectionLimit > options.Judging.EjectionTime ? options.Judging.EjectionLimit : options.Judging.EjectionTime,
        EjectionMemory = options.Judging.EjectionMemory,
        MaxEjected = options.Judging.MaxEjected,
        Trials = options.Judging.Trials,
        TrialTime = options.Judging.TrialTime,
        SlowStart = options.Judging.SlowStart,
        TierMinimum = MinimumText.TryParse(options.TierMinimum, out var minimum) ? minimum : TierMinimum.One,
        SpillOver = options.SpillOver,
        Enforced = options.Enforced,
        StandbyServes = options.Standby == StandbyPolicy.Any,
        Failback = options.Failback.Mode,
        StableTime = options.Failback.StableTime,
        MinTimeBetweenChanges = options.Failback.MinTimeBetweenChanges,
        MaxChangesPerHour = options.Failback.MaxChangesPerHour,
        StallAttempts = options.Judging.Stall.Attempts,
        StallTime = options.Judging.Stall.Time,
        StallDisarm = options.Judging.Stall.Disarm,
    };
}

/// <summary>Where a backend is, and where it is asked for its health.</summary>
/// <param name="Host">The <c>Host</c> header of a probe; null where it is the name in the address.</param>
internal sealed record BackendAddress(string Address, Uri Probe, string? Host)
{
    public static BackendAddress From(DestinationConfig destination, PoolOptions options)
    {
        var probe = options.Probe;
        var path = probe.Kind == ProbeKind.Grpc ? Probing.GrpcHealthProbe.Path : probe.Path;
        var asked = Join(string.IsNullOrEmpty(destination.Health) ? destination.Address : destination.Health, path);
        return new BackendAddress(destination.Address, Place(asked, probe), probe.Host.Length > 0 ? probe.Host : destination.Host);
    }

    /// <summary>A path under a backend's address.</summary>
    public static Uri Join(string address, string path) => new(address.TrimEnd('/') + path);

    private static Uri Place(Uri asked, ProbeOptions probe)
    {
        var scheme = probe.Scheme switch
        {
            ProbeScheme.Http => Uri.UriSchemeHttp,
            ProbeScheme.Https => Uri.UriSchemeHttps,
            _ => asked.Scheme,
        };
        if (scheme == asked.Scheme && probe.Port is 0)
        {
            return asked;
        }

        // A port that nobody has written is the scheme's, and changes with it.
        var port = probe.Port > 0 ? probe.Port : asked.IsDefaultPort ? -1 : asked.Port;
        return new UriBuilder(asked) { Scheme = scheme, Port = port }.Uri;
    }
}
