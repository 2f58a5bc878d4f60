using Xunit;

namespace Tidy;

/// <summary>Each rule finds its bad sample and leaves its good one alone; a rule that cannot fail is worse than none.</summary>
public class SampleTests
{
    private const string Gateway = "gateway/Gateway.Failover/Probing/Prober.cs";
    private const string Test = "tests/Gateway.Tests/ProbingTests.cs";

    [Theory]
    [InlineData(Gateway, 400, 0)]
    [InlineData(Gateway, 401, 1)]
    [InlineData("frontend/src/App.tsx", 401, 1)]
    [InlineData("docs/long.md", 4000, 0)]
    public void Long_files(string path, int lines, int found) =>
        Assert.Equal(found, Rules.FilesAreShort([new Source(path, string.Concat(Enumerable.Repeat("x\n", lines)))]).Count());

    [Theory]
    [InlineData("gateway/Gateway.Failover/Services/Prober.cs", 1)]
    [InlineData("frontend/src/utils/format.ts", 1)]
    [InlineData("gateway/Gateway.Failover/Probing/Common.cs", 0)]
    public void Folders_of_kinds(string path, int found) => Assert.Equal(found, Rules.FoldersAreCapabilities([path]).Count());

    [Theory]
    [InlineData("internal sealed class ProbeManager : IDisposable", 1)]
    [InlineData("public readonly record struct BackendInfo(string Name);", 1)]
    [InlineData("public interface IProbeService", 1)]
    [InlineData("public static class StringUtils", 1)]
    [InlineData("public sealed class DataPath; // no class PathHelper", 0)]
    [InlineData("services.AddSingleton<IHostedService, Prober>();", 0)]
    public void Vague_names(string line, int found) => Assert.Equal(found, Rules.TypesAreCalledByWhatTheyAre([new Source(Gateway, line)]).Count());

    [Theory]
    [InlineData("Thread.Sleep(100);", 1)]
    [InlineData("await Task.Delay(500, token);", 1)]
    [InlineData("await Task.Delay(TimeSpan.FromSeconds(1));", 1)]
    [InlineData("await Task.Delay(pollInterval, token);", 0)]
    [InlineData("while (!await done())\n{\n    await Task.Delay(10, deadline.Token);\n}", 0)]
    [InlineData("while (!await done())\n{\n    await Task.Delay(10);\n}", 1)]
    [InlineData("await Task.WhenAny(line, Task.Delay(TimeSpan.FromSeconds(1)));", 0)]
    [InlineData("// a Thread.Sleep(100) would be wrong", 0)]
    public void Sleeping_tests(string line, int found) => Assert.Equal(found, Rules.TestsDoNotSleep([new Source(Test, line)]).Count());

    [Theory]
    [InlineData("var now = DateTime.UtcNow;", 1)]
    [InlineData("var now = DateTimeOffset.Now;", 1)]
    [InlineData("var dice = new Random();", 1)]
    [InlineData("private readonly Random _dice = new();", 1)]
    [InlineData("var dice = new Random(seed);", 0)]
    [InlineData("var dice = seed > 0 ? new Random(seed) : new Random();", 0)]
    [InlineData("var jitter = Random.Shared.NextDouble();", 1)]
    [InlineData("var now = time.GetUtcNow();", 0)]
    public void Clocks_and_dice(string line, int found) =>
        Assert.Equal(found, Rules.TheGatewayHasOneClockAndNoDice([new Source(Gateway, line)]).Count());

    [Theory]
    [InlineData("catch (Exception)\n{\n    return false;\n}", 1)]
    [InlineData("catch\n{\n    return false;\n}", 1)]
    [InlineData("catch (Exception wrong)\n{\n    _failed = true;\n    return wrong.Message;\n}", 1)]
    [InlineData("catch (Exception wrong)\n{\n    Log.LoopFailed(_logger, wrong);\n}", 0)]
    [InlineData("// Whatever a plug-in throws is its own fault.\ncatch (Exception)\n{\n    return false;\n}", 0)]
    [InlineData("catch (Exception wrong) when (wrong is IOException or SocketException)\n{\n    return false;\n}", 0)]
    [InlineData("catch (IOException)\n{\n    return false;\n}", 0)]
    public void Catching_everything(string text, int found) =>
        Assert.Equal(found, Rules.WhoCatchesEverythingSaysWhy([new Source(Gateway, text)]).Count());

    [Theory]
    [InlineData("TO", "DO", 1)]
    [InlineData("FIX", "ME", 1)]
    [InlineData("HA", "CK", 1)]
    [InlineData("to", "do", 0)]
    public void Left_for_later(string one, string two, int found) =>
        Assert.Equal(found, Rules.NothingIsLeftForLater([new Source(Gateway, $"// {one}{two}: later")]).Count());

    [Theory]
    [InlineData("<PackageReference Include=\"Polly.Core\" />", 1)]
    [InlineData("<FrameworkReference Include=\"Microsoft.AspNetCore.App\" />", 1)]
    [InlineData("<PackageReference Include=\"Microsoft.CodeAnalysis.BannedApiAnalyzers\" PrivateAssets=\"all\" />", 0)]
    public void Packages_of_the_core(string line, int found) =>
        Assert.Equal(found, Rules.TheCoreHasNoPackages([new Source("gateway/Gateway.Core/Gateway.Core.csproj", line)]).Count());

    [Theory]
    [InlineData("PLAN.md", 1)]
    [InlineData("scripts/build.sh", 1)]
    [InlineData("docs/start.md", 0)]
    public void Top_level_entries(string path, int found) => Assert.Equal(found, Rules.TheTopLevelIsAsAgreed([path]).Count());

    [Fact]
    public void Lock_files() => Assert.Equal(
        ["b/B.csproj has no b/packages.lock.json"],
        Rules.EveryProjectHasItsLockFile(["a/A.csproj", "a/packages.lock.json", "b/B.csproj"]));

    [Theory]
    [InlineData(150, 0)]
    [InlineData(151, 1)]
    public void A_long_readme(int lines, int found) =>
        Assert.Equal(found, Rules.TheReadmeIsShort([new Source("README.md", string.Concat(Enumerable.Repeat("x\n", lines)))]).Count());
}
