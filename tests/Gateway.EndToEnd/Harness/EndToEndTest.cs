using System.Collections.Concurrent;

namespace Gateway.EndToEnd.Harness;

/// <summary>
/// A test with processes and a folder of its own. All of them go away with it, newest first; what the gateway wrote is shown with a failure.
/// </summary>
public abstract class EndToEndTest(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly ConcurrentStack<IAsyncDisposable> _started = new();

    internal TestFolder Folder { get; } = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        while (_started.TryPop(out var started))
        {
            await started.DisposeAsync();
            if (started is GatewayProcess gateway)
            {
                output.WriteLine($"{gateway.Output}\n{gateway.Errors}\n");
            }
        }

        Folder.Dispose();
    }

    /// <summary>Has something ended with the test.</summary>
    internal T Own<T>(T started)
        where T : IAsyncDisposable
    {
        _started.Push(started);
        return started;
    }

    internal async Task<BackendProcess> BackendAsync(string name) => Own(await BackendProcess.StartAsync(Folder, name));

    /// <summary>Two real backends.</summary>
    internal async Task<(BackendProcess Primary, BackendProcess Secondary)> BackendsAsync()
    {
        var (primary, secondary) = (BackendAsync("primary"), BackendAsync("secondary"));
        return (await primary, await secondary);
    }

    internal GatewayConfig ConfigFor(params BackendProcess[] backends) => new(Folder, [.. backends.Select(backend => (backend.Name, backend.Url))]);

    /// <summary>A gateway that knows all its backends to be up.</summary>
    internal async Task<GatewayProcess> GatewayAsync(GatewayConfig config)
    {
        var gateway = Launch("--config", config.Save().Path);
        await gateway.AllUpAsync();
        return gateway;
    }

    /// <summary>
    /// A gateway that never judges anybody, so that every request starts at the primary. The primary's health is asked for elsewhere: a probe
    /// leaves a connection behind, and whether a request meets one is for the test to say.
    /// </summary>
    internal async Task<GatewayProcess> BetweenAsync(Uri primary, Uri secondary, Action<GatewayConfig>? change = null)
    {
        var config = new GatewayConfig(Folder, ("primary", primary), ("secondary", secondary));
        config["ReverseProxy:Clusters:api:Destinations:primary:Health"] = Own(new RawBackend(_ => RawAnswer.Ok)).Url.ToString();
        config.NeverJudges();
        config["Failover:Journal"] = null;
        change?.Invoke(config);
        var gateway = Launch("--config", config.Save().Path);
        await gateway.PoolAsync("the secondary is up", pool => pool.Backend("secondary").Health == "up");
        return gateway;
    }

    internal GatewayProcess Launch(params string[] arguments) => Own(GatewayProcess.Launch(Folder, arguments));

    /// <summary>The embedded demo, patient enough with its probes for a busy machine, and with retries enough for what such a machine notices late.</summary>
    internal GatewayProcess LaunchDemo() => Launch(
        "--demo", $"--Demo:Ports={Ports.Take()},{Ports.Take()}", "--Failover:Pools:api:Probe:Timeout=5s", "--Failover:Pools:api:Budget:Floor=1000");

    internal LoadGenerator Gets(GatewayProcess gateway, int perSecond = 200) => Own(LoadGenerator.Gets(gateway, perSecond));

    internal LoadGenerator Posts(GatewayProcess gateway, int perSecond = 20) =>
        Own(LoadGenerator.Start(gateway.Url, perSecond, HttpMethod.Post));
}
