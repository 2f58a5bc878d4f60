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
    public void Files_are_short() => None(Rules.FilesAreShort(Sources));

    [Fact]
    public void Folders_are_capabilities() => None(Rules.FoldersAreCapabilities(Tracked));

    [Fact]
    public void Types_are_called_by_what_they_are() => None(Rules.TypesAreCalledByWhatTheyAre(Sources));

    [Fact]
    public void Tests_do_not_sleep() => None(Rules.TestsDoNotSleep(Sources));

    [Fact]
    public void The_gateway_has_one_clock_and_no_dice() => None(Rules.TheGatewayHasOneClockAndNoDice(Sources));

    [Fact]
    public void Who_catches_everything_says_why() => None(Rules.WhoCatchesEverythingSaysWhy(Sources));

    [Fact]
    public void Nothing_is_left_for_later() => None(Rules.NothingIsLeftForLater(Sources));

    [Fact]
    public void The_core_has_no_packages() => None(Rules.TheCoreHasNoPackages(Sources));

    [Fact]
    public void The_top_level_is_as_agreed() => None(Rules.TheTopLevelIsAsAgreed(Tracked));

    [Fact]
    public void Every_project_has_its_lock_file() => None(Rules.EveryProjectHasItsLockFile(Tracked));

    [Fact]
    public void The_readme_is_short() => None(Rules.TheReadmeIsShort(Sources));

    // One line a finding, none cut short.
    private static void None(IEnumerable<string> findings) => Assert.True(!findings.Any(), string.Join('\n', findings));
}
