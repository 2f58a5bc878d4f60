using Gateway.Failover.Configuration;

namespace Gateway.Failover.WhatIf;

/// <summary>Replays a trace with one accepted configuration, or with two.</summary>
internal static class WhatIfSimulation
{
    /// <param name="pool">The pool's id; null for the one that the trace names, or the first.</param>
    /// <exception cref="TraceRefusedException">The trace does not fit the configuration.</exception>
    public static NamedOutcome Run(string file, Trace trace, string? pool, int seed, string name, AcceptedConfig config)
    {
        var wanted = pool ?? trace.Pool ?? config.DefaultPool;
        var setup = config.Pools.FirstOrDefault(setup => setup.Id.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            ?? throw new TraceRefusedException(
                $"{file}: the pool '{wanted}' is not in {name}; allowed {(config.Pools.Length == 0 ? "is a configuration with a pool" : $"are {string.Join(", ", config.Pools.Select(setup => setup.Id))}")}.");
        return new NamedOutcome(name, Replay.Run(file, trace, setup, seed));
    }
}
