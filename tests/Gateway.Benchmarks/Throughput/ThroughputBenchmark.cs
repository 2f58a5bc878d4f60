using Gateway.Benchmarks.Roles;

namespace Gateway.Benchmarks.Throughput;

/// <summary>
/// Stock YARP against YARP with failover, side by side: every round loads each contestant in turn, in alternating order, and gives one ratio.
/// The result is the median of the rounds' ratios, because two runs a minute apart on a shared machine cannot be compared.
/// </summary>
internal static class ThroughputBenchmark
{
    public static async Task<int> RunAsync(Arguments arguments)
    {
        Wrk.Require();
        var runs = arguments.Runs ?? 5;
        await using var backend = await Contestant.StartAsync(RolePlay.Backend, backend: string.Empty);
        await using var yarp = await Contestant.StartAsync(RolePlay.Yarp, backend.Url);
        await using var failover = await Contestant.StartAsync(RolePlay.Failover, backend.Url);
        await using var host = arguments.Host ? await Contestant.StartHostAsync(backend.Url) : null;
        List<Contestant> contestants = host is null ? [yarp, failover] : [yarp, failover, host];

        Console.WriteLine($"wrk, {arguments.Connections} connections, {runs} interleaved runs of {arguments.Seconds} s each, after a warm-up.");
        foreach (var contestant in contestants)
        {
            await contestant.MeasureAsync(arguments);
        }

        var rounds = new List<Dictionary<string, Sample>>();
        for (var run = 0; run < runs; run++)
        {
            rounds.Add(await RoundAsync(run % 2 == 0 ? contestants : Enumerable.Reverse(contestants), arguments));
        }

        Console.WriteLine();
        Console.WriteLine(Report.Table([.. contestants.Select(contestant => contestant.Name)], rounds));
        return 0;
    }

    private static async Task<Dictionary<string, Sample>> RoundAsync(IEnumerable<Contestant> order, Arguments arguments)
    {
        var round = new Dictionary<string, Sample>();
        foreach (var contestant in order)
        {
            var sample = await contestant.MeasureAsync(arguments);
            Console.WriteLine(
                $"{contestant.Name,-10} {sample.PerSecond,9:F0}/s  p50 {sample.P50,6:F2} ms  p99 {sample.P99,6:F2} ms  "
                + $"{sample.CpuMicroseconds,6:F1} µs CPU  {sample.Bytes,6:F0} B");
            round.Add(contestant.Name, sample);
        }

        return round;
    }
}
