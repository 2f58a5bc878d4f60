using Xunit;

namespace Gateway.Core.Tests.Telling;

/// <summary>
/// Every text in <c>transcripts/</c> is a story: what is observed and asked for, and beneath each line what the core makes of it.
/// <c>REWRITE=1 dotnet test</c> tells all stories anew; the difference in git is what there is to review.
/// </summary>
public class TranscriptTests
{
    private static readonly string Folder = Path.Combine(ProjectFolder(), "transcripts");

    public static TheoryData<string> Stories() => [.. Names()];

    internal static IEnumerable<string> Names() =>
        Directory.EnumerateFiles(Folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    internal static string Text(string story) => File.ReadAllText(Path.Combine(Folder, story + ".txt"));

    internal static IEnumerable<string> Texts() => Directory.EnumerateFiles(Folder, "*.txt").Select(File.ReadAllText);

    [Theory]
    [MemberData(nameof(Stories))]
    public void The_core_tells_the_story_as_it_is_written(string story)
    {
        var file = Path.Combine(Folder, story + ".txt");
        var written = File.ReadAllText(file);
        var told = Storyteller.Tell(written.ReplaceLineEndings("\n").Split('\n'));
        if (Environment.GetEnvironmentVariable("REWRITE") == "1")
        {
            File.WriteAllText(file, told);
            return;
        }

        Assert.True(told == written, $"{story}.txt is told differently now (REWRITE=1 dotnet test accepts it):\n{Difference.Of(written, told)}");
    }

    [Fact]
    public void A_story_that_is_told_differently_shows_the_lines_that_differ()
    {
        var difference = Difference.Of("one\ntwo\nthree\nfour\nfive\nsix\n", "one\ntwo\nthree\nfour\nFIVE\nsix\n");

        Assert.Equal("      ...\n      three\n      four\n    - five\n    + FIVE\n      six\n      \n", difference);
    }

    [Theory]
    [InlineData("pool api: primary | secondary\nat 1s probe primary explodes")]
    [InlineData("pool api: primary | secondary\nat 1s request primary fails refused")]
    [InlineData("pool api: primary | secondary\nat 2s tick\nat 1s tick")]
    [InlineData("pool api: primary | secondary\nat 1s operator ops dances")]
    [InlineData("tuning fall=2\nat 1s tick")]
    public void A_line_that_nobody_understands_is_named(string text)
    {
        var lines = text.Split('\n');

        var thrown = Assert.Throws<FormatException>(() => Storyteller.Tell(lines));

        Assert.Contains($"line {lines.Length}", thrown.Message, StringComparison.Ordinal);
    }

    internal static string ProjectFolder()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Gateway.Core.Tests.csproj")))
        {
            folder = Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException($"The project's folder is not above {AppContext.BaseDirectory}.");
        }

        return folder;
    }
}
