using Gateway.Benchmarks.Roles;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Benchmarks.Memory;

/// <summary>
/// Both proxies in this process: real Kestrel, routing and YARP, over pipes instead of sockets, with a backend that is a message handler.
/// </summary>
internal sealed class ProxyPair : IAsyncDisposable
{
    private readonly List<WebApplication> _apps = [];

    private ProxyPair()
    {
    }

    public IReadOnlyList<PipeClient> Yarp { get; private set; } = [];

    public IReadOnlyList<PipeClient> Failover { get; private set; } = [];

    public static async Task<ProxyPair> StartAsync(int clients)
    {
        var pair = new ProxyPair();
        // Nobody but the probes calls it.
        var probed = FastBackend.Build(builder => builder.WebHost.UseUrls("http://127.0.0.1:0"));
        await probed.StartAsync();
        pair._apps.Add(probed);
        pair.Yarp = await pair.ConnectAsync(clients, withFailover: false, probed.Urls.First());
        pair.Failover = await pair.ConnectAsync(clients, withFailover: true, probed.Urls.First());
        return pair;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in Enumerable.Reverse(_apps))
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }

    private async Task<IReadOnlyList<PipeClient>> ConnectAsync(int clients, bool withFailover, string backend)
    {
        var pipes = new PipeTransport();
        var app = ProxyApp.Build(withFailover, backend, builder =>
        {
            builder.WebHost.UseUrls("http://127.0.0.1:8000");
            builder.Services.AddSingleton<IConnectionListenerFactory>(pipes);
            builder.Services.AddSingleton<IForwarderHttpClientFactory, ScriptedBackend>();
            // Seldom, so that what is counted is the request's.
            builder.Configuration["Failover:Pools:api:Probe:Interval"] = "1h";
            builder.Configuration["Failover:Live:FiguresInterval"] = "1m";
        });
        await app.StartAsync();
        _apps.Add(app);
        return [.. Enumerable.Range(0, clients).Select(_ => new PipeClient(pipes.Connect()))];
    }
}
