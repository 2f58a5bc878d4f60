using Gateway.EndToEnd.Harness;
using System.Net.Sockets;
using Gateway.Benchmarks.Failover.Backends;
using Gateway.Benchmarks.Failover.Contenders;
using Gateway.Benchmarks.Failover.Load;
using Gateway.Benchmarks.Processes;

namespace Gateway.Benchmarks.Failover;

/// <summary>A contender at work between its two backends, and the connections of its clients.</summary>
internal sealed class RunningProxy : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    private readonly Child _child;
    private readonly Connections _connections;
    private readonly int _port;

    private RunningProxy(Child child, int port)
    {
        (_child, _port) = (child, port);
        _connections = new Connections(port);
    }

    /// <summary>Starts it and waits until the primary answers through it.</summary>
    public static async Task<RunningProxy> StartAsync(Contender contender, TempFolder folder, Stage stage)
    {
        var site = new Site(folder, Ports.Take(), stage.Primary.Port, stage.Standby.Port);
        var proxy = new RunningProxy(Child.Start(contender.Prepare(site), folder.Path), site.Port);
        await Until.TrueAsync(
            proxy.ServesPrimaryAsync, Patience, () => $"{contender.Title} does not serve the primary.\n{proxy._child.LastWords}");
        return proxy;
    }

    /// <summary>Has everybody run once. The standby as well, directly: what is measured is the proxy, not how cold a backend is.</summary>
    public async Task WarmUpAsync(Stage stage, int rate, int postPercent)
    {
        using var connections = new Connections(stage.Standby.Port);
        var direct = OpenLoop.Start(connections, stage.Standby.Port, new LoadPlan("direct", rate, WarmUp, postPercent));
        await Load(new LoadPlan("warm-up", rate, WarmUp, postPercent)).EndAsync();
        await direct.EndAsync();
        GC.Collect();
    }

    public OpenLoop Load(LoadPlan plan) => OpenLoop.Start(_connections, _port, plan);

    public async ValueTask DisposeAsync()
    {
        _connections.Dispose();
        await _child.DisposeAsync();
    }

    private async Task<bool> ServesPrimaryAsync()
    {
        if (_child.HasExited)
        {
            throw new BenchmarkException($"A proxy ended at its start.\n{_child.LastWords}");
        }

        try
        {
            var endings = await Load(new LoadPlan("hello", Rate: 1, TimeSpan.FromSeconds(1), PostPercent: 0)).EndAsync();
            return endings.All(ending => ending.By == Stage.PrimaryName);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
