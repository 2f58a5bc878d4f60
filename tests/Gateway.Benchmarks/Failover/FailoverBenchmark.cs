using Gateway.Benchmarks.Failover.Backends;
using Gateway.Benchmarks.Failover.Contenders;
using Gateway.Benchmarks.Failover.Load;
using Gateway.Benchmarks.Failover.Results;
using Gateway.Benchmarks.Processes;

namespace Gateway.Benchmarks.Failover;

/// <summary>
/// What clients notice when a backend fails, behind the gateway and behind the proxies that people use instead. Every cell of the table is a
/// run of its own, with fresh processes; the contenders take turns fault by fault, so that a busy machine harms them alike.
/// </summary>
internal static class FailoverBenchmark
{
    private const int PostPercent = 20;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var contenders = Everybody.Choose(arguments.Only);
        var faults = ChooseFaults(arguments.Rows);
        var runs = arguments.Runs ?? 1;
        Console.WriteLine($"{arguments.Rate} requests/s, {PostPercent} % POST, {Schedule.Length.TotalSeconds:0} s a cell; median of {runs}.");
        Console.WriteLine(FailoverReport.Legend);

        var cells = new Dictionary<(Fault, Contender), List<Cell>>();
        for (var run = 0; run < runs; run++)
        {
            foreach (var fault in faults)
            {
                foreach (var (contender, cell) in Compared(await RowAsync(fault, contenders, arguments.Rate)))
                {
                    cells.TryAdd((fault, contender), []);
                    cells[(fault, contender)].Add(cell);
                }
            }
        }

        Console.WriteLine();
        Console.WriteLine(FailoverReport.Table(contenders, faults, cells.ToDictionary(entry => entry.Key, entry => Cell.Median(entry.Value))));
        return 0;
    }

    private static List<Fault> ChooseFaults(IReadOnlyCollection<string> keys)
    {
        foreach (var key in keys.Where(key => Faults.All.All(fault => fault.Key != key)))
        {
            throw new BenchmarkException($"--rows names '{key}'; allowed are {string.Join(", ", Faults.All.Select(fault => fault.Key))}.");
        }

        return [.. Faults.All.Where(fault => keys.Count == 0 || keys.Contains(fault.Key))];
    }

    private static async Task<Dictionary<Contender, Cell>> RowAsync(Fault fault, IReadOnlyList<Contender> contenders, int rate)
    {
        Console.WriteLine();
        Console.WriteLine(fault.Title);
        var row = new Dictionary<Contender, Cell>();
        foreach (var contender in contenders)
        {
            row[contender] = await CellAsync(fault, contender, rate);
        }

        return row;
    }

    private static Dictionary<Contender, Cell> Compared(Dictionary<Contender, Cell> row)
    {
        var peers = row.Where(entry => !entry.Key.IsGateway).Select(entry => entry.Value.LongestGet).DefaultIfEmpty(0).Min();
        return row.ToDictionary(entry => entry.Key, entry => entry.Value with { PeersAllow = 1.5 * peers });
    }

    private static async Task<Cell> CellAsync(Fault fault, Contender contender, int rate)
    {
        using var folder = new TempFolder();
        await using var stage = await Stage.OpenAsync(folder.Path, fault.Spares);
        await using var proxy = await RunningProxy.StartAsync(contender, folder, stage);
        await proxy.WarmUpAsync(stage, rate, PostPercent);

        var load = proxy.Load(new LoadPlan("request", rate, Schedule.Length, PostPercent));
        stage.Clock = () => load.Elapsed;
        await stage.PlayAsync(fault.Steps);
        var endings = await load.EndAsync();

        var cell = CellReading.Read(endings, stage);
        Console.WriteLine($"  {contender.Title,-22} {FailoverReport.Show(fault, cell)}  {CellReading.Remarks(endings)}");
        return cell;
    }
}
