using System.Text.RegularExpressions;
using Gateway.Failover.Incidents;

namespace Gateway.Tests.Incidents;

/// <summary>A page that can be pasted anywhere, whatever the names in it are.</summary>
public class IncidentPageTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;")]
    [InlineData("a|b\nc\r\n# d", @"a\|b c  \# d")]
    [InlineData("[x](javascript:x)", @"\[x\](javascript\:x)")]
    [InlineData("`*_~!$", @"\`\*\_\~!\$")]
    [InlineData("@everyone", "&#64;everyone")]
    [InlineData("\\|", @"\\\|")]
    [InlineData("evil\u202Etxt\u0000\u2028", "evil txt  ")]
    [InlineData("http://x.test", @"http\://x.test")]
    [InlineData("primary is down: (no answer).", "primary is down: (no answer).")]
    [InlineData("a:", "a:")]
    public void What_could_be_markup_is_escaped(string text, string escaped) => Assert.Equal(escaped, IncidentPage.Text(text));

    [Fact]
    public void Half_a_character_is_no_crash() => Assert.Equal("a\uFFFDb", IncidentPage.Text("a\ud800b"));

    [Fact]
    public void Hostile_names_stay_in_their_cells()
    {
        const string hostile = "x|<img/src=x>\n\n# y\n- [z](http://evil.test)`";
        var at = DateTimeOffset.UnixEpoch;
        var page = IncidentPage.Write(new Incident
        {
            Id = 7,
            Pool = hostile,
            Kind = IncidentKind.Failover,
            End = IncidentEnd.Steady,
            StartedAt = at,
            EndedAt = at.AddSeconds(2),
            Cause = hostile,
            Sentence = hostile,
            Timeline = [new IncidentMoment(IncidentMomentKind.Verdict, at, 5, Epoch: 2, hostile)],
            Findings = [new IncidentFinding(hostile, hostile, hostile, hostile)],
            Evidence = [new IncidentSentence(at, hostile, hostile)],
            EvidenceLeftOut = 3,
        });

        Assert.DoesNotContain("<", page, StringComparison.Ordinal);
        Assert.DoesNotContain("\r", page, StringComparison.Ordinal);
        Assert.Equal(["# Incident 7", "## Timeline", "## Backends", "## Evidence"], page.Split('\n').Where(line => line.StartsWith('#')).Select(line => line.Split(':')[0]));
        Assert.All(page.Split('\n').Where(line => line.StartsWith('|')), line => Assert.Contains(Regex.Count(line, @"(?<!\\)\|"), new[] { 3, 5 }));
        Assert.Contains("- 3 more were left out.", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?<!\\)\[", page);
    }
}
