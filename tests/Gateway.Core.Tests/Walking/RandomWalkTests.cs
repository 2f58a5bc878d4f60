using System.Globalization;
using Gateway.Core.Tests.Telling;
using Xunit;

namespace Gateway.Core.Tests.Walking;

/// <summary>
/// Random pools, random tunings, random inputs: whatever happens, the rules hold. A failure names its seed, and
/// <c>SEED=n dotnet test</c> walks that one alone, <c>WALKS=n</c> so many.
/// </summary>
public class RandomWalkTests
{
    private const int Steps = 200;

    // Fewer where every mutant of the core has to be walked.
    private static readonly int Seeds = int.Parse(Environment.GetEnvironmentVariable("WALKS") ?? "2000", CultureInfo.InvariantCulture);

    [Fact]
    public void Whatever_happens_the_rules_hold()
    {
        var chosen = Environment.GetEnvironmentVariable("SEED");
        int[] seeds = chosen is null ? [.. Enumerable.Range(1, Seeds)] : [int.Parse(chosen, CultureInfo.InvariantCulture)];
        foreach (var seed in seeds)
        {
            var walk = new Walk(seed);
            for (var step = 1; step <= Steps; step++)
            {
                var (input, broken) = walk.Step();
                if (broken.Count > 0)
                {
                    Assert.Fail($"seed {seed}, step {step}, {input}:\n  {string.Join("\n  ", broken)}\n{walk.Story}");
                }
            }

            Assert.True(walk.ReplaysToTheSameState(), $"seed {seed}: the events replayed on the first state give another state");
        }
    }

    [Fact]
    public void The_same_seed_walks_the_same_way()
    {
        var (one, other) = (new Walk(7), new Walk(7));
        for (var step = 0; step < Steps; step++)
        {
            Assert.Equal(one.Step().Input.ToString(), other.Step().Input.ToString());
        }

        Assert.Equal(Page.State(one.Pool), Page.State(other.Pool));
    }

    /// <summary>A walk that never gets anywhere proves nothing.</summary>
    [Fact]
    public void The_walks_see_every_kind_of_event()
    {
        var seen = new HashSet<string>();
        for (var seed = 1; seed <= 100; seed++)
        {
            var walk = new Walk(seed);
            for (var step = 0; step < Steps; step++)
            {
                walk.Step();
            }

            seen.UnionWith(walk.Happened.Select(happened => happened.GetType().Name));
            seen.UnionWith(walk.Happened.OfType<PoolEvent.ActiveChanged>().Select(change => $"{change.Kind} by {change.Cause}"));
        }

        string[] wanted =
        [
            .. typeof(PoolEvent).GetNestedTypes().Select(type => type.Name).Except([nameof(PoolEvent.VerdictProposed)]),
            "Failover by ProbeFailed", "Failover by RequestsFailed", "Failback by Preferred", "Failback by Operator",
            "Switchover by Operator", "Switchover by Drained", "Switchover by Disabled", "Switchover by Removed",
            "Failover by FailureRatio", "Failover by Slow", "Failover by Stalled", "Failover by Refused", "Switchover by Leaving",
        ];
        Assert.Empty(wanted.Except(seen));
    }
}
