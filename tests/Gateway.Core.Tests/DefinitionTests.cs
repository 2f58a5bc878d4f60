using Xunit;
using static Gateway.Core.Tests.Judging.Pools;

namespace Gateway.Core.Tests;

/// <summary>A file that was saved without a change is no new configuration.</summary>
public class DefinitionTests
{
    private static readonly PoolDefinition Example = Definition("a | b + c");

    [Fact]
    public void Two_definitions_that_say_the_same_are_equal()
    {
        var same = Definition("a | b + c");

        Assert.Equal(Example, same);
        Assert.Equal(Example.GetHashCode(), same.GetHashCode());
    }

    [Theory]
    [InlineData("a | b")]
    [InlineData("a | c + b")]
    [InlineData("b + c | a")]
    [InlineData("a | b | c")]
    [InlineData("a + b + c")]
    public void Other_tiers_are_another_definition(string tiers) => Assert.NotEqual(Example, Definition(tiers));

    [Fact]
    public void Another_name_or_number_is_another_definition()
    {
        Assert.NotEqual(Example, Example with { Id = new PoolId("other") });
        Assert.NotEqual(Example, Example with { Tuning = Example.Tuning with { Settle = TimeSpan.FromSeconds(3) } });
    }

    [Theory]
    [InlineData("a", 0)]
    [InlineData("c", 1)]
    [InlineData("stranger", -1)]
    public void A_tier_is_found_by_any_of_its_backends(string name, int expected) => Assert.Equal(expected, Example.FindTier([Id(name)]));

    private static PoolDefinition Definition(string tiers) => Of(tiers).Definition;
}
