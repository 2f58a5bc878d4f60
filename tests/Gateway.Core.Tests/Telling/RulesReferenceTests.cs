using System.Text;
using Xunit;

namespace Gateway.Core.Tests.Telling;

/// <summary>
/// <c>docs/reference/rules.md</c> is made of what the rules say of themselves, and of the stories that show them. <c>REWRITE=1 dotnet test</c> writes it anew.
/// </summary>
public class RulesReferenceTests
{
    private const string Opening = """
        # The rules

        Every decision about a pool names the rule by which it was made, in the log, in the journal and on the screen. An id never changes and is never used
        again. The stories are the core's transcripts (`tests/Gateway.Core.Tests/transcripts`): what was observed, and what came of it, line by line.
        This page is made by a test of what stands in the code.

        | id | rule | says | stories |
        | --- | --- | --- | --- |

        """;

    [Fact]
    public void The_reference_says_what_the_code_says()
    {
        var file = Path.Combine(TranscriptTests.ProjectFolder(), "..", "..", "docs", "reference", "rules.md");
        var page = Page();
        if (Environment.GetEnvironmentVariable("REWRITE") == "1")
        {
            File.WriteAllText(file, page);
        }

        Assert.True(File.ReadAllText(file) == page, "docs/reference/rules.md is not what the code says (REWRITE=1 dotnet test writes it anew).");
    }

    [Fact]
    public void Ids_are_numbered_without_a_gap() =>
        Assert.Equal(Enumerable.Range(1, All().Count).Select(number => $"R{number}"), All().Select(rule => rule.Rule.Id));

    private static List<(string Name, RuleAttribute Rule)> All() =>
    [
        .. Enum.GetValues<ReasonCode>().Select(code => (code.ToString(), RuleAttribute.Of(code))),
        .. Enum.GetValues<ServingRule>().Select(code => (code.ToString(), RuleAttribute.Of(code))),
    ];

    private static string Page()
    {
        var told = new StringBuilder(Opening.ReplaceLineEndings("\n"));
        foreach (var (name, rule) in All())
        {
            var stories = TranscriptTests.Names()
                .Where(story => TranscriptTests.Text(story).Split([' ', '\n']).Contains(rule.Id)).Take(3).ToList();
            told.Append($"| {rule.Id} | {name} | {rule.Text} | {string.Join(", ", stories)} |\n");
        }

        return told.ToString();
    }
}
