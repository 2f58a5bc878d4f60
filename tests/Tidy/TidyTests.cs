using Xunit;

namespace Tidy;

/// <summary>The house rules that a tool can check. What it cannot check is taste.</summary>
public class TidyTests
{
    private static readonly IReadOnlyList<Source> Sources = Repository.Sources;
    private static readonly IReadOnlyList<string> Tracked = Repository.Tracked;

    [Fact]
    public void There_is_something_to_look_at() =>
        Assert.Contains(Sources, source => source.Path == "gateway/Gateway.Core/Decider.cs" && source.Lines.Length > 10);

    [Fact]
    public void Files_are_short() => Assert.Empty(Rules.FilesAreShort(Sources));

    [Fact]
    public void Folders_are_capabilities() => Assert.Empty(Rules.FoldersAreCapabilities(Tracked));

    [Fact]
    public void Types_are_called_by_what_they_are() => Assert.Empty(Rules.TypesAreCalledByWhatTheyAre(Sources));

    [Fact]
    public void Tests_do_not_sleep() => Assert.Empty(Rules.TestsDoNotSleep(Sources));

    [Fact]
    public void The_gateway_has_one_clock_and_no_dice() => Assert.Empty(Rules.TheGatewayHasOneClockAndNoDice(Sources));

    [Fact]
    public void Who_catches_everything_says_why() => Assert.Empty(Rules.WhoCatchesEverythingSaysWhy(Sources));

    [Fact]
    public void Nothing_is_left_for_later() => Assert.Empty(Rules.NothingIsLeftForLater(Sources));

    [Fact]
    public void The_core_has_no_packages() => Assert.Empty(Rules.TheCoreHasNoPackages(Sources));

    [Fact]
    public void The_top_level_is_as_agreed() => Assert.Empty(Rules.TheTopLevelIsAsAgreed(Tracked));

    [Fact]
    public void Every_project_has_its_lock_file() => Assert.Empty(Rules.EveryProjectHasItsLockFile(Tracked));

    [Fact]
    public void The_readme_is_short() => Assert.Empty(Rules.TheReadmeIsShort(Sources));
}
