using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using Gateway.Core;

namespace Gateway.Benchmarks.Memory;

/// <summary>What the engine's loop spends on one input.</summary>
public class Deciding
{
    private static readonly Instant Now = new(TimeSpan.FromMinutes(1).Ticks);
    private static readonly BackendId Primary = new("primary");
    private static readonly BackendId Secondary = new("secondary");

    private readonly PoolState _steady = Steady();
    private readonly PoolInput _passed = new PoolInput.ProbeCompleted(Now, default, Primary, ProbeOutcome.Passed.Instance);

    private readonly PoolInput _failed = new PoolInput.AttemptFailed(Now, default, Primary, new Fault(FaultKind.Connect, "connection refused"), 1);

    private readonly PoolInput _fatal = new PoolInput.AttemptFailed(Now, default, Primary, new Fault(FaultKind.Connect, "connection refused"), 100);

    [Benchmark(Baseline = true, Description = "Decide: a probe passes")]
    public Decision ProbePasses() => Decider.Decide(_steady, _passed);

    [Benchmark(Description = "Decide: an attempt fails")]
    public Decision AttemptFails() => Decider.Decide(_steady, _failed);

    [Benchmark(Description = "Decide: failover")]
    public Decision Failover() => Decider.Decide(_steady, _fatal);

    private static PoolState Steady()
    {
        var tiers = ImmutableArray.Create(new Tier([Primary]), new Tier([Secondary]));
        var state = PoolState.Create(new PoolDefinition(new PoolId("api"), tiers, PoolTuning.Default), new Instant(0));
        foreach (var backend in new[] { Primary, Secondary, Primary, Secondary })
        {
            var probe = new PoolInput.ProbeCompleted(new Instant(0), default, backend, ProbeOutcome.Passed.Instance);
            state = Applier.Apply(state, Decider.Decide(state, probe).Events);
        }

        return state;
    }
}
