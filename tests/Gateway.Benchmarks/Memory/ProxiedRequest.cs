using BenchmarkDotNet.Attributes;
using Gateway.Benchmarks.Roles;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Benchmarks.Memory;

/// <summary>
/// One proxied request from the first byte that comes in to the last that goes out: real Kestrel, routing and YARP, over pipes instead of
/// sockets, with a backend that is a message handler. What the second of a pair allocates more than the first is failover's.
/// </summary>
public class ProxiedRequest
{
    private static readonly byte[] Get = "GET /api/data HTTP/1.1\r\nHost: localhost\r\nUser-Agent: benchmark\r\nAccept: */*\r\n\r\n"u8.ToArray();

    private static readonly byte[] Post =
        "POST /api/data HTTP/1.1\r\nHost: localhost\r\nUser-Agent: benchmark\r\nAccept: */*\r\nContent-Length: 4\r\n\r\nbody"u8.ToArray();

    private readonly List<WebApplication> _apps = [];
    private PipeClient _yarp = null!;
    private PipeClient _failover = null!;

    [GlobalSetup]
    public async Task StartAsync()
    {
        // Nobody but the probes calls it.
        var probed = FastBackend.Build(builder => builder.WebHost.UseUrls("http://127.0.0.1:0"));
        await probed.StartAsync();
        _apps.Add(probed);
        _yarp = await ConnectAsync(withFailover: false, probed.Urls.First());
        _failover = await ConnectAsync(withFailover: true, probed.Urls.First());
    }

    [GlobalCleanup]
    public async Task StopAsync()
    {
        foreach (var app in Enumerable.Reverse(_apps))
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }

    [Benchmark(Baseline = true, Description = "GET, stock YARP")]
    public Task YarpGetAsync() => _yarp.SendAsync(Get);

    [Benchmark(Description = "GET, with failover")]
    public Task FailoverGetAsync() => _failover.SendAsync(Get);

    [Benchmark(Description = "POST, stock YARP")]
    public Task YarpPostAsync() => _yarp.SendAsync(Post);

    [Benchmark(Description = "POST, with failover")]
    public Task FailoverPostAsync() => _failover.SendAsync(Post);

    private async Task<PipeClient> ConnectAsync(bool withFailover, string backend)
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
        return new PipeClient(pipes.Connect());
    }
}
