using System.Collections.Immutable;
using Gateway.Failover.Configuration.Amending;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Failover.Configuration;

/// <summary>
/// Stands between the application's configuration providers and YARP, so that YARP's part and ours are accepted or refused together.
/// </summary>
/// <remarks>
/// YARP refuses a bad <c>ReverseProxy</c> section by itself, but knows nothing of the <c>Failover</c> section, and we would know nothing
/// of its refusal: a file that changes both could be taken by one and refused by the other. Both sections also announce a change of
/// the same file separately; a short quiet time lets both arrive before the whole is looked at.
/// </remarks>
internal sealed partial class ConfigGate : IProxyConfigProvider, IDisposable
{
    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(150);

    private readonly InnerProviders _inner;
    private readonly IConfiguration _section;
    private readonly Action<FailoverOptions>? _configure;
    private readonly IConfigValidator _yarp;
    private readonly ILogger _log;
    private readonly AmendmentFile _file;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly Lock _reloading = new();
    private readonly List<IDisposable> _subscriptions = [];
    private Published? _published;

    public ConfigGate(
        InnerProviders inner, FailoverSource source, IConfiguration configuration, IConfigValidator yarp, TimeProvider time, ILogger<ConfigGate> log)
    {
        _inner = inner;
        _section = source.Section ?? configuration.GetSection(FailoverOptions.SectionName);
        _configure = source.Configure;
        _yarp = yarp;
        _log = log;
        _file = new AmendmentFile(time, log);
        _timer = time.CreateTimer(_ => Reload(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What a reload has changed; called before YARP is told, so that no request meets a backend that its pool does not know.</summary>
    public event Action<AcceptedConfig>? Changed;

    /// <summary>How many reloads were refused since the start.</summary>
    public long Refused { get; private set; }

    /// <summary>The configuration in force.</summary>
    /// <exception cref="ConfigurationRefusedException">The first one was bad.</exception>
    public AcceptedConfig Current
    {
        get
        {
            lock (_gate)
            {
                return (_published ??= Start()).Config;
            }
        }
    }

    public IProxyConfig GetConfig()
    {
        lock (_gate)
        {
            return _published ??= Start();
        }
    }

    /// <summary>A file could not be read at all, so that nothing of it came here to be refused.</summary>
    public void NoteBroken(string path, string error)
    {
        Refused++;
        Log.Broken(_log, path, error);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _file.Dispose();
        _subscriptions.ForEach(subscription => subscription.Dispose());
        _inner.Dispose();
    }

    private Published Start()
    {
        var errors = new List<string>();
        if (Read(errors) is not { } provided)
        {
            throw new ConfigurationRefusedException(errors);
        }

        var config = Started(provided);
        _subscriptions.Add(ChangeToken.OnChange(_section.GetReloadToken, Announce));
        _subscriptions.AddRange(_inner.All.Select(provider => ChangeToken.OnChange(() => provider.GetConfig().ChangeToken, Announce)));
        return new Published(config);
    }

    private void Announce() => _timer.Change(QuietTime, Timeout.InfiniteTimeSpan);

    private void Reload()
    {
        // One at a time: of two that overlapped, the older might win.
        lock (_reloading)
        {
            ReloadOnce();
        }
    }

    private void ReloadOnce()
    {
        var (errors, lapsed) = (new List<string>(), new List<string>());
        AcceptedConfig? config = null;
        try
        {
            config = Read(errors) is { } provided ? Accept(provided, Current.Amendments, errors, lapsed) : null;
        }
        catch (Exception e)
        {
            // The top of a timer's call: what the application's own callback or provider throws refuses the reload and does not end the process.
            errors.Add($"{e.GetType().Name}: {e.Message}");
        }

        if (config is null)
        {
            Refused++;
            Log.Refused(_log, errors.Count, string.Join(" ", errors));
            return;
        }

        if (config.SaysTheSameAs(Current))
        {
            return;
        }

        var expire = Publish(config);
        Log.Accepted(_log, config.Pools.Length, config.Routes.Count);
        Changed?.Invoke(config);
        expire();
        Keep(config, lapsed);
    }

    // YARP is told by the second step, once everybody else knows.
    private Action Publish(AcceptedConfig config)
    {
        lock (_gate)
        {
            var old = _published!;
            _published = new Published(config);
            return old.Expire;
        }
    }

    // What is said, good by itself: what operators have added or removed must neither mend nor hide an error of the configuration.
    private ProvidedConfig? Read(List<string> errors)
    {
        var options = new FailoverOptions();
        var reader = new OptionsReader(errors);
        reader.Read(options, _section);
        _configure?.Invoke(options);
        reader.CheckRanges(options, FailoverOptions.SectionName);

        if (ReadYarp(errors) is not var (routes, clusters))
        {
            return null;
        }

        if (_published is not null && clusters.Count == 0)
        {
            errors.Add("ReverseProxy:Clusters is empty; a running gateway is not emptied by a reload (was the file removed?).");
            return null;
        }

        var provided = new ProvidedConfig(routes, clusters, options);
        Check(provided, errors);
        return errors.Count > 0 ? null : provided;
    }

    private void Check(ProvidedConfig config, List<string> errors)
    {
        errors.AddRange(Yarp(config.Routes, config.Clusters));
        errors.AddRange(FailoverRelations.Broken(config.Options, config.Clusters, config.Routes));
    }

    private (List<RouteConfig> Routes, List<ClusterConfig> Clusters)? ReadYarp(List<string> errors)
    {
        try
        {
            var configs = _inner.Read();
            return ([.. configs.SelectMany(config => config.Routes)], [.. configs.SelectMany(config => config.Clusters)]);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException or KeyNotFoundException)
        {
            errors.Add($"ReverseProxy: {e.Message}");
            return null;
        }
    }

    // YARP's checks are declared asynchronous, but complete at once.
    private IEnumerable<string> Yarp(IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters) =>
        clusters.SelectMany(cluster => _yarp.ValidateClusterAsync(cluster).AsTask().GetAwaiter().GetResult())
            .Concat(routes.SelectMany(route => _yarp.ValidateRouteAsync(route).AsTask().GetAwaiter().GetResult()))
            .Select(error => $"ReverseProxy: {error.Message}")
            .Concat(clusters.GroupBy(cluster => cluster.ClusterId, StringComparer.OrdinalIgnoreCase)
                .Where(group => group.Count() > 1).Select(group => $"ReverseProxy:Clusters has '{group.Key}' {group.Count()} times; allowed is once."));

    private static AcceptedConfig Accepted(ProvidedConfig provided, ProvidedConfig amended, Amendments amendments)
    {
        var (routes, clusters, options) = amended;
        var pools = clusters.Where(cluster => options.Pools.ContainsKey(cluster.ClusterId))
            .Select(cluster => PoolSetup.From(cluster, options.Pools[cluster.ClusterId], options.Routes, amendments.Of(cluster.ClusterId)))
            .ToImmutableArray();
        var accepted = new AcceptedConfig(routes, clusters, options, pools, provided, amendments);
        return accepted with { Routes = [.. routes, .. DataRoutes.For(accepted)] };
    }

    /// <summary>What YARP sees.</summary>
    private sealed class Published(AcceptedConfig config) : IProxyConfig
    {
        private readonly CancellationTokenSource _expired = new();

        public AcceptedConfig Config => config;

        public IReadOnlyList<RouteConfig> Routes => config.Routes;

        public IReadOnlyList<ClusterConfig> Clusters => config.Clusters;

        public IChangeToken ChangeToken => new CancellationChangeToken(_expired.Token);

        public void Expire() => _expired.Cancel();
    }
}

/// <summary>Where the <c>Failover</c> section comes from.</summary>
internal sealed record FailoverSource(IConfiguration? Section, Action<FailoverOptions>? Configure);
