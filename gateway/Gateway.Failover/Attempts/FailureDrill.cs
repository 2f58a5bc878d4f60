using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using Gateway.Core;
using Gateway.Failover.Attempts.Upstream;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Gateway.Failover.Attempts;

/// <summary>
/// Goes through a failover once at the start, with a pool that exists nowhere else, because the first time anything happens in a .NET process it takes
/// tens of milliseconds: code is compiled, types are loaded, the first exception builds its tables. A client in the first real failover would
/// wait for that.
/// </summary>
internal sealed partial class FailureDrill(AttemptServices services, ILogger<FailureDrill> log) : BackgroundService
{
    private const string Name = "drill";
    private const int Rounds = 3;

    private static readonly string[] Backends = ["broken", "refusing", "well"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The start itself goes first.
        await Task.Yield();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        patience.CancelAfter(Patience);
        try
        {
            Decide();
            for (var round = 0; round < Rounds; round++)
            {
                await FailOverAsync(patience.Token);
            }
        }
        catch (Exception e) when (Faults.IsTransports(e))
        {
            // No loopback, or no time: the first failover will be as slow as it is.
            Log.NotDrilled(log, e.Message);
        }
    }

    /// <summary>The rules: a backend fails, the pool moves, the change is measured.</summary>
    private static void Decide()
    {
        var pool = PoolState.Create(Definition(), default);
        var (broken, well) = (new BackendId("broken"), new BackendId("well"));
        var second = new Instant(TimeSpan.TicksPerSecond);
        foreach (var input in new PoolInput[]
        {
            new PoolInput.ProbeCompleted(default, default, broken, ProbeOutcome.Passed.Instance),
            new PoolInput.ProbeCompleted(default, default, well, ProbeOutcome.Passed.Instance),
            new PoolInput.AttemptSilent(second, default, broken, Name, 3, default, OthersAnswer: false),
            new PoolInput.AttemptFailed(second, default, broken, new Fault(FaultKind.Broken, "connection reset"), 1),
            new PoolInput.ConnectionRefused(second, default, broken, new Fault(FaultKind.Connect, "connection refused")),
            new PoolInput.FirstAnswered(second, default, new Epoch(2)),
            new PoolInput.Ticked(second + TimeSpan.FromMinutes(1), default),
        })
        {
            pool = Applier.Apply(pool, Decider.Decide(pool, input).Events);
            _ = new PoolView(pool, awaited: null, new PoolOptions());
        }
    }

    /// <summary>A request that is reset by the first backend, refused by the second, and answered by the third.</summary>
    private async Task FailOverAsync(CancellationToken cancel)
    {
        using var broken = Listen();
        using var well = Listen();
        using var closed = Listen();
        var nobody = closed.LocalEndpoint;
        closed.Stop();
        var (hangsUp, answers) = (HangUpAsync(broken, cancel), AnswerAsync(well, cancel));
        // Not of the application's making: its own code need not hear of a pool that it does not know.
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        var setup = new PoolSetup(Definition(), new PoolOptions(), ImmutableDictionary<string, BackendAddress>.Empty, FrozenDictionary<string, FailoverRouteOptions>.Empty);
        var pool = new Pool(setup, PoolState.Create(setup.Definition, services.Clock.Now));
        foreach (var backend in pool.Members.Values)
        {
            backend.Client = new BackendClient(client, client);
        }

        var context = new DefaultHttpContext();
        var route = Route(client, ("broken", broken.LocalEndpoint), ("refusing", nobody), ("well", well.LocalEndpoint));
        using var invoker = new AttemptInvoker(context, route, pool, pool.View, services, services.Clock.Time.GetTimestamp());
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{broken.LocalEndpoint}/");
        using var response = await invoker.SendAsync(request, cancel);
        _ = await response.Content.ReadAsByteArrayAsync(cancel);
        await Task.WhenAll(hangsUp, answers);
    }

    private static PoolDefinition Definition() =>
        new(new PoolId(Name), [.. Backends.Select(id => new Tier([new BackendId(id)]))], PoolTuning.Default);

    private static ReverseProxyFeature Route(HttpMessageInvoker client, params (string Id, EndPoint Address)[] backends)
    {
        var destinations = backends
            .Select(backend => new DestinationState(backend.Id, new DestinationModel(new DestinationConfig { Address = $"http://{backend.Address}/" }))).ToList();
        var cluster = new ClusterModel(new ClusterConfig { ClusterId = Name }, client);
        return new ReverseProxyFeature
        {
            Route = new RouteModel(new RouteConfig { RouteId = Name, Match = new RouteMatch() }, cluster: null, HttpTransformer.Default),
            Cluster = cluster,
            AllDestinations = destinations,
            AvailableDestinations = destinations,
            ProxiedDestination = destinations[0],
        };
    }

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static async Task HangUpAsync(TcpListener listener, CancellationToken cancel)
    {
        using var socket = await listener.AcceptSocketAsync(cancel);
        _ = await socket.ReceiveAsync(new byte[1], cancel);
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
    }

    private static async Task AnswerAsync(TcpListener listener, CancellationToken cancel)
    {
        using var socket = await listener.AcceptSocketAsync(cancel);
        _ = await socket.ReceiveAsync(new byte[4_096], cancel);
        _ = await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray(), cancel);
    }

    private static partial class Log
    {
        [LoggerMessage(1802, LogLevel.Debug, "The failure path was not exercised at the start: {Reason}")]
        public static partial void NotDrilled(ILogger log, string reason);
    }
}
