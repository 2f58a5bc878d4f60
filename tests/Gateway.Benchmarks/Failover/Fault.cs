using Gateway.Benchmarks.Failover.Backends;
using Gateway.Benchmarks.Failover.Results;

namespace Gateway.Benchmarks.Failover;

/// <summary>One row of the table: what is done to the backends, and what the gateway owes its clients meanwhile.</summary>
/// <param name="Key">For <c>--rows</c>.</param>
/// <param name="Spares">How often the primary comes back after a kill.</param>
internal sealed record Fault(string Key, string Title, Must Must, int Spares, params Step[] Steps);

/// <summary>What is done to the backends at one moment of the load.</summary>
internal sealed record Step(TimeSpan At, Func<Stage, Task> Act);
