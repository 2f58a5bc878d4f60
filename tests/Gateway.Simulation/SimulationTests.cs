using Xunit;

namespace Gateway.Simulation;

/// <summary>Seeds from 1 on, each the same life on every machine.</summary>
public class SimulationTests
{
    private const int Seeds = 2000;
    private const int EnoughToFindABug = 10_000;

    [Fact]
    public void Whatever_happens_the_invariants_hold()
    {
        var (report, failure) = Simulation.Run(from: 1, Seeds);
        Assert.True(failure is null, failure?.ToString());
        Assert.True(report.FewestSteps >= 200, $"a seed had {report.FewestSteps} steps only");
        Assert.True(report.Missing.IsEmpty, report.ToString());
    }

    [Theory]
    [InlineData("hold-down", 7)]
    [InlineData("no-limit", 8)]
    [InlineData("client-abort", 9)]
    [InlineData("older-revision", 12)]
    [InlineData("forget-event", 14)]
    [InlineData("one-probe", 9)]
    [InlineData("short-ejection", 8)]
    [InlineData("alone", 13)]
    [InlineData("deaf", 7)]
    public void A_planted_bug_is_found(string plant, int invariant)
    {
        var (_, failure) = Simulation.Run(from: 1, EnoughToFindABug, plant);
        Assert.NotNull(failure);
        Assert.StartsWith($"invariant {invariant}:", failure.What, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_lives_the_same_life()
    {
        var (one, other) = (new Worlds.World(7, Plant.None, new Report()), new Worlds.World(7, Plant.None, new Report()));
        one.Run();
        other.Run();
        Assert.Equal(one.Watch.Digest, other.Watch.Digest);
    }
}
