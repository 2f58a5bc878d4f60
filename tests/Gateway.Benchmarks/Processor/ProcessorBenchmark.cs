using System.Diagnostics;
using Gateway.Benchmarks.Memory;

namespace Gateway.Benchmarks.Processor;

/// <summary>
/// Processor time per proxied request, both proxies in this process, taking turns every few thousand requests. On a machine that has other
/// things to do this is the figure to compare two versions by: who has to wait for a processor is not charged for it.
/// </summary>
internal static class ProcessorBenchmark
{
    private const int Clients = 32;
    private const int RequestsPerClient = 500;
    private const int WarmUps = 4;

    public static async Task<int> RunAsync(int runs)
    {
        await using var pair = await ProxyPair.StartAsync(Clients);
        Console.WriteLine("| median (middle half) | stock YARP, µs | with failover, µs | more, µs | ratio |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        await CompareAsync("GET", PipeClient.Get, pair, runs);
        await CompareAsync("POST", PipeClient.Post, pair, runs);
        return 0;
    }

    private static async Task CompareAsync(string name, byte[] request, ProxyPair pair, int runs)
    {
        var (yarp, failover) = (new List<double>(), new List<double>());
        for (var run = -WarmUps; run < runs; run++)
        {
            var (first, second) = run % 2 == 0 ? (yarp, failover) : (failover, yarp);
            first.Add(await MeasureAsync(first == yarp ? pair.Yarp : pair.Failover, request));
            second.Add(await MeasureAsync(second == yarp ? pair.Yarp : pair.Failover, request));
        }

        var pairs = yarp.Zip(failover).Skip(WarmUps).ToList();
        Console.WriteLine(
            $"| {name} | {Middle(pairs.Select(pair => pair.First))} | {Middle(pairs.Select(pair => pair.Second))} "
            + $"| {Middle(pairs.Select(pair => pair.Second - pair.First))} | {Middle(pairs.Select(pair => pair.Second / pair.First))} |");
    }

    private static async Task<double> MeasureAsync(IReadOnlyList<PipeClient> clients, byte[] request)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        await Task.WhenAll(clients.Select(client => Task.Run(async () =>
        {
            for (var count = 0; count < RequestsPerClient; count++)
            {
                await client.SendAsync(request);
            }
        })));
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalMicroseconds / (clients.Count * RequestsPerClient);
    }

    private static string Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return $"{sorted[sorted.Count / 2]:F2} ({sorted[sorted.Count / 4]:F2} to {sorted[sorted.Count * 3 / 4]:F2})";
    }
}
