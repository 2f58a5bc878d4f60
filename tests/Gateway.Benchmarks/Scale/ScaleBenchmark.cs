using System.Diagnostics;
using System.Globalization;
using Gateway.Benchmarks.Failover.Contenders;
using Gateway.Benchmarks.Processes;
using Gateway.EndToEnd.Harness;

namespace Gateway.Benchmarks.Scale;

/// <summary>
/// Ten backends a pool, each probed every second, and more and more pools: processor, memory, how late probes are, how long a changed configuration takes. HAProxy with
/// as many checked servers beside it. And what the core itself takes for an input.
/// </summary>
internal static class ScaleBenchmark
{
    private const int BackendsPerPool = 10;

    private static readonly int[] Sizes = [10, 100, 1000];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(int seconds, bool watch)
    {
        Console.WriteLine(DecidingRate.Report(BackendsPerPool));
        Console.WriteLine("| pools | servers | who | probes/s | cores | µs a probe | RSS MB | lateness p99 ms | changed configuration s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var pools in Sizes)
        {
            using var folder = new TempFolder();
            await using var target = await Target.StartAsync(folder);
            var farm = new Farm(pools, BackendsPerPool, target.Url, watch);
            await GatewayAsync(farm, folder, target, seconds);
            if (Everybody.Find("haproxy") is not null)
            {
                await HaProxyAsync(farm, folder, target, seconds);
            }
        }

        return 0;
    }

    private static async Task GatewayAsync(Farm farm, TempFolder folder, Target target, int seconds)
    {
        var config = folder.Write("gateway.json", farm.Gateway(rise: 2));
        var (port, configured) = (Ports.Take(), 0);
        var url = new Uri($"http://127.0.0.1:{port}/");
        await using var child = Child.Start(
            Command.Host("--config", config, "--urls", url.ToString()), folder.Path,
            line => configured += line.Contains("has new settings", StringComparison.Ordinal) ? 1 : 0);
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        await Until.TrueAsync(() => AnswersAsync(http, new Uri(url, "readyz")), Patience, () => $"The gateway is not ready.\n{child.LastWords}");
        await Task.Delay(WarmUp);

        var late = await LatenessAsync(http, url);
        var (rate, cores, memory) = await MeasureAsync(child, target, seconds);
        var p99 = Quantile(late, await LatenessAsync(http, url), 0.99);

        var began = Stopwatch.GetTimestamp();
        folder.Write("gateway.json", farm.Gateway(rise: 3));
        await Until.TrueAsync(() => configured >= farm.Pools, Patience, () => $"Only {configured} pools have new settings.\n{child.LastWords}");
        Row(farm, "Gateway", rate, cores, memory, p99, Stopwatch.GetElapsedTime(began).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture));
    }

    private static async Task HaProxyAsync(Farm farm, TempFolder folder, Target target, int seconds)
    {
        await using var child = Child.Start(farm.HaProxy(folder, Ports.Take()), folder.Path);
        await Task.Delay(WarmUp);
        var (rate, cores, memory) = await MeasureAsync(child, target, seconds);
        Row(farm, "HAProxy", rate, cores, memory, "–", "–");
    }

    private static async Task<(double Rate, double Cores, double Memory)> MeasureAsync(Child child, Target target, int seconds)
    {
        var (before, count) = (Consumption.Of(child.Id), await target.CountAsync());
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var (after, more) = (Consumption.Of(child.Id), await target.CountAsync());
        return ((more - count) / Stopwatch.GetElapsedTime(before.At, after.At).TotalSeconds, after.CoresSince(before), after.ResidentMegabytes);
    }

    private static void Row(Farm farm, string who, double rate, double cores, double memory, string late, string changed) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {farm.Pools} | {farm.Servers} | {who} | {rate:0} | {cores:0.000} | {cores / rate * 1e6:0} | {memory:0} | {late} | {changed} |"));

    private static async Task<bool> AnswersAsync(HttpClient http, Uri url)
    {
        try
        {
            using var answer = await http.GetAsync(url);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>The buckets of the lateness histogram, summed over all pools.</summary>
    private static async Task<SortedDictionary<double, double>> LatenessAsync(HttpClient http, Uri url)
    {
        var buckets = new SortedDictionary<double, double>();
        foreach (var line in (await http.GetStringAsync(new Uri(url, "metrics"))).Split('\n'))
        {
            if (line.StartsWith("gateway_probe_lateness_seconds_bucket", StringComparison.Ordinal))
            {
                var le = line[(line.IndexOf("le=\"", StringComparison.Ordinal) + 4)..].Split('"')[0];
                var bound = le == "+Inf" ? double.PositiveInfinity : double.Parse(le, CultureInfo.InvariantCulture);
                buckets[bound] = buckets.GetValueOrDefault(bound) + double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
            }
        }

        return buckets;
    }

    private static string Quantile(SortedDictionary<double, double> before, SortedDictionary<double, double> after, double quantile)
    {
        var all = after.Values.LastOrDefault() - before.Values.LastOrDefault();
        foreach (var (bound, count) in after)
        {
            if (all > 0 && count - before.GetValueOrDefault(bound) >= quantile * all)
            {
                return $"≤ {(bound * 1000).ToString("0.#", CultureInfo.InvariantCulture)}";
            }
        }

        return "–";
    }
}
