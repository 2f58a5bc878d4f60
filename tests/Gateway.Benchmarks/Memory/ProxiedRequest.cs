using BenchmarkDotNet.Attributes;

namespace Gateway.Benchmarks.Memory;

/// <summary>
/// One proxied request from the first byte that comes in to the last that goes out. What the second of a pair allocates more than the first
/// is failover's.
/// </summary>
public class ProxiedRequest
{
    private ProxyPair _pair = null!;

    [GlobalSetup]
    public async Task StartAsync() => _pair = await ProxyPair.StartAsync(clients: 1);

    [GlobalCleanup]
    public async Task StopAsync() => await _pair.DisposeAsync();

    [Benchmark(Baseline = true, Description = "GET, stock YARP")]
    public Task YarpGetAsync() => _pair.Yarp[0].SendAsync(PipeClient.Get);

    [Benchmark(Description = "GET, with failover")]
    public Task FailoverGetAsync() => _pair.Failover[0].SendAsync(PipeClient.Get);

    [Benchmark(Description = "POST, stock YARP")]
    public Task YarpPostAsync() => _pair.Yarp[0].SendAsync(PipeClient.Post);

    [Benchmark(Description = "POST, with failover")]
    public Task FailoverPostAsync() => _pair.Failover[0].SendAsync(PipeClient.Post);
}
