using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Gateway.Core;

namespace Gateway.Benchmarks.Scale;

/// <summary>How many inputs the core decides on in a second, and what it allocates for one.</summary>
internal static class DecidingRate
{
    private const int Inputs = 400_000;
    private const int Rounds = 5;

    public static string Report(int backends)
    {
        var pool = Steady(backends);
        var ids = pool.Definition.Backends.ToArray();
        var passing = ids.Select(PoolInput (id) => new PoolInput.ProbeCompleted(pool.ActiveSince, default, id, ProbeOutcome.Passed.Instance)).ToArray();
        var failing = ids.Select(PoolInput (id) => new PoolInput.ProbeCompleted(
            pool.ActiveSince, default, id, new ProbeOutcome.Failed(new Fault(FaultKind.Timeout, "no answer")))).ToArray();
        return $"Decide and apply, one thread, a pool of {backends}: probes that pass {Measure(pool, passing)}; every second fails {Measure(pool, [.. passing.Zip(failing).SelectMany(pair => new[] { pair.First, pair.Second })])}.\n";
    }

    private static string Measure(PoolState first, PoolInput[] inputs)
    {
        var rates = new List<double>();
        var bytes = 0L;
        for (var round = 0; round <= Rounds; round++)
        {
            var (pool, began, allocated) = (first, Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
            for (var input = 0; input < Inputs; input++)
            {
                pool = Applier.Apply(pool, Decider.Decide(pool, inputs[input % inputs.Length]).Events);
            }

            // The first round is the warm-up.
            if (round > 0)
            {
                rates.Add(Inputs / Stopwatch.GetElapsedTime(began).TotalSeconds);
                bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / Inputs;
            }
        }

        rates.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"{rates[Rounds / 2] / 1e6:0.00} million inputs/s, {bytes} bytes an input");
    }

    private static PoolState Steady(int backends)
    {
        var tiers = Enumerable.Range(0, backends).Select(number => new Tier([new BackendId($"b{number}")])).ToImmutableArray();
        var pool = PoolState.Create(new PoolDefinition(new PoolId("api"), tiers, PoolTuning.Default), new Instant(0));
        foreach (var id in pool.Definition.Backends)
        {
            var probe = new PoolInput.ProbeCompleted(new Instant(0), default, id, ProbeOutcome.Passed.Instance);
            pool = Applier.Apply(pool, Decider.Decide(pool, probe).Events);
        }

        return pool;
    }
}
