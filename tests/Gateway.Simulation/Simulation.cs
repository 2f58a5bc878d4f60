using System.Collections.Concurrent;
using Gateway.Simulation.Checks;
using Gateway.Simulation.Worlds;

namespace Gateway.Simulation;

/// <summary>A seed that breaks an invariant, with its last steps.</summary>
internal sealed record Failure(long Seed, int Step, string What, IReadOnlyList<string> Story, string Plant)
{
    public override string ToString() =>
        $"seed {Seed}, step {Step}, {What}\n    {string.Join("\n    ", Story)}\n" +
        $"  again: dotnet run --project tests/Gateway.Simulation -c Release -- --seed {Seed}{(Plant.Length > 0 ? $" --plant {Plant}" : "")}";
}

/// <summary>Runs seeds: one after the other in each of as many threads as there are processors, until all are done or one fails.</summary>
internal static class Simulation
{
    private const int Batch = 64;
    private const int RunTwiceOneIn = 20;

    /// <param name="plant">A planted bug by name; empty without one.</param>
    public static (Report Report, Failure? Failure) Run(long from, long seeds, string plant = "")
    {
        var total = new Report();
        var failures = new ConcurrentBag<Failure>();
        var next = from - Batch;
        var workers = new Thread[Environment.ProcessorCount];
        for (var index = 0; index < workers.Length; index++)
        {
            workers[index] = new Thread(() =>
            {
                var report = new Report();
                while (failures.IsEmpty && Interlocked.Add(ref next, Batch) is var first && first < from + seeds)
                {
                    Work(first, Math.Min(first + Batch, from + seeds), plant, report, failures);
                }

                lock (total)
                {
                    total.Add(report);
                }
            });
            workers[index].Start();
        }

        Array.ForEach(workers, worker => worker.Join());
        return (total, failures.MinBy(failure => failure.Seed));
    }

    private static void Work(long first, long end, string plant, Report report, ConcurrentBag<Failure> failures)
    {
        for (var seed = first; seed < end; seed++)
        {
            if (Live(seed, plant, report) is { } failure)
            {
                failures.Add(failure);
                return;
            }
        }
    }

    /// <summary>One seed; now and then a second time, with a wall clock that is wrong in another way.</summary>
    public static Failure? Live(long seed, string plant, Report report)
    {
        var bug = plant.Length == 0 ? Plant.None : Plant.All[plant];
        var world = new World(seed, bug, report);
        if (Broken(world) is { } broken)
        {
            return Told(seed, plant, bug, world.Watch.Steps, broken);
        }

        report.Seeds++;
        report.Steps += world.Watch.Steps;
        report.FewestSteps = Math.Min(report.FewestSteps, world.Watch.Steps);
        report.Shared += world.Store is null ? 0 : 1;
        if (seed % RunTwiceOneIn != 0 || world.Crashed)
        {
            return null;
        }

        report.RunTwice++;
        var again = new World(seed, bug, new Report(), wall: 2);
        broken = Broken(again) ?? (again.Watch.Digest == world.Watch.Digest ? null : "invariant 15: another wall clock makes a difference");
        return broken is null ? null : new Failure(seed, again.Watch.Steps, broken, [], plant);
    }

    private static string? Broken(World world)
    {
        try
        {
            world.Run();
            return null;
        }
        catch (BrokenException e)
        {
            return e.Message;
        }
        // Whatever else the core throws is a finding too, with the seed that makes it.
        catch (Exception e)
        {
            return e.ToString();
        }
    }

    // The same seed again, this time with somebody who writes down what happens.
    private static Failure Told(long seed, string plant, Plant bug, int step, string broken)
    {
        var story = new Queue<string>();
        var again = Broken(new World(seed, bug, new Report { Story = story }));
        return new Failure(seed, step, again == broken ? broken : $"{broken} (and, run again, {again ?? "nothing"}: the simulator is not deterministic)", [.. story], plant);
    }
}
