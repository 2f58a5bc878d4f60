using Gateway.Benchmarks.Failover.Backends;
using Gateway.Benchmarks.Failover.Contenders;
using Gateway.Benchmarks.Failover.Load;
using Gateway.Benchmarks.Failover.Results;
using Gateway.Benchmarks.Processes;

namespace Gateway.Benchmarks.Failover;

/// <summary>
/// The primary is killed under load, comes back, and is killed again as soon as it is the active one: what a single kill costs clients,
/// and how much that varies. The stable time of the failback is a second, or most of the run would be spent waiting; nothing else is tuned.
/// </summary>
internal static class KillsBenchmark
{
    private const int Rate = 1000;
    private const int Wanted = 50;
    private const double WantedShare = 0.95;
    private const int Settled = 500;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Downtime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Before = TimeSpan.FromMilliseconds(100);

    private static readonly Contender QuickToReturn = new(
        GatewayContender.Key, "Gateway", site => GatewayContender.Prepare(site, new() { ["Failover:Pools:api:Failback:StableTime"] = "1s" }));

    public static async Task<int> RunAsync(int kills)
    {
        using var folder = new TempFolder();
        await using var stage = await Stage.OpenAsync(folder.Path, spares: kills);
        await using var proxy = await RunningProxy.StartAsync(QuickToReturn, folder, stage);
        Console.WriteLine($"{Rate} GET/s, {kills} kills of the primary in a row, Failback:StableTime 1s.");
        await proxy.WarmUpAsync(stage, Rate, postPercent: 0);
        var load = proxy.Load(new LoadPlan("request", Rate, Patience * kills, PostPercent: 0));
        stage.Clock = () => load.Elapsed;
        for (var kill = 0; kill < kills; kill++)
        {
            await PrimaryIsActiveAsync(load);
            await stage.KillAsync(stage.Primary);
            await stage.PlayAsync([new Step(load.Elapsed + Downtime, _ => stage.Primary.ComeBackAsync())]);
        }

        await PrimaryIsActiveAsync(load);
        load.Stop();
        Tell(await load.EndAsync(), stage.Deaths);
        return 0;
    }

    private static Task PrimaryIsActiveAsync(OpenLoop load) => Until.TrueAsync(
        () => load.Latest(Settled) is { Count: Settled } latest && latest.All(ending => ending.By == Stage.PrimaryName),
        Patience, () => "The primary does not become the active one again.");

    // Failures belong to a kill from just before it until the next one, the way back included; waits only while the primary is dead, because in
    // the seconds after that a busy machine would be measured instead.
    private static void Tell(IReadOnlyList<Ending> endings, IReadOnlyList<(TimeSpan From, TimeSpan To)> deaths)
    {
        var (lost, quick) = (0, 0);
        var waits = new List<double>();
        foreach (var (number, death) in deaths.Index())
        {
            var until = number + 1 < deaths.Count ? deaths[number + 1].From - Before : TimeSpan.MaxValue;
            var mine = endings.Where(ending => ending.Due >= death.From - Before && ending.Due < until).ToList();
            var dead = mine.Where(ending => ending.Due < death.From + Downtime).ToList();
            var (failed, longest) = (mine.Count(ending => ending.Failed), dead.Max(ending => ending.Wait.TotalMilliseconds));
            Console.WriteLine(
                $"  kill {number + 1,2}: {failed} failed GETs of {mine.Count}, longest wait {longest:0} ms, "
                + $"died at {death.From.TotalSeconds:0.00} s  {CellReading.Remarks(dead)}");
            lost += failed;
            quick += longest < Wanted ? 1 : 0;
            waits.Add(longest);
        }

        waits.Sort();
        var met = lost == 0 && quick >= WantedShare * deaths.Count;
        Console.WriteLine(
            $"{lost} failed GETs; longest wait: median {waits[waits.Count / 2]:0} ms, most {waits[^1]:0} ms; under {Wanted} ms in {quick} of "
            + $"{deaths.Count}: {(met ? "met" : "not met")} (no failed GET, and under {Wanted} ms in {WantedShare * 100:0} %).");
    }
}
