using System.Text.RegularExpressions;
using Xunit;

namespace Tidy;

/// <summary>A rule is in the code, in a story and in the reference, or it is none.</summary>
public partial class RuleTests
{
    private const string Code = "gateway/Gateway.Core/ReasonCode.cs";
    private const string Reference = "docs/reference/rules.md";
    private const string Stories = "tests/Gateway.Core.Tests/transcripts";
    private const int Patience = 5000;

    [Fact]
    public void Every_rule_has_its_story_and_its_line()
    {
        var code = Ids(InCode(), Text(Code));
        var told = Directory.EnumerateFiles(Path.Combine(Repository.Root, Stories), "*.txt").SelectMany(file => Ids(InStory(), File.ReadAllText(file))).ToHashSet();
        var listed = Ids(InReference(), Text(Reference));

        Assert.NotEmpty(code);
        Assert.Equal(code.Count, code.Distinct().Count());
        Assert.Empty(code.Except(told).Select(id => $"{id} has no story in {Stories}"));
        Assert.Equal(code, listed);
        Assert.Empty(told.Except(code).Select(id => $"{id} is told of in {Stories}, but there is no such rule"));
    }

    private static string Text(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));

    private static List<string> Ids(Regex pattern, string text) => [.. pattern.Matches(text).Select(match => match.Groups["id"].Value)];

    [GeneratedRegex("""\[Rule\("(?<id>R\d+)",""", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex InCode();

    [GeneratedRegex(@"\b(?<id>R\d+) [A-Z][A-Za-z]+", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex InStory();

    [GeneratedRegex(@"^\| (?<id>R\d+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex InReference();
}
