using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Gateway.Tests.References;

/// <summary>A page of the reference that is generated. With <c>REWRITE=1</c> a test writes it; otherwise it holds the page against what it would write.</summary>
internal static partial class Document
{
    public static void Is(string path, string text)
    {
        var file = Path.Combine(Root(), path);
        if (Environment.GetEnvironmentVariable("REWRITE") == "1")
        {
            File.WriteAllText(file, text);
        }

        var there = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : string.Empty;
        if (there != text)
        {
            Assert.Fail($"{path} is not what the code says; REWRITE=1 dotnet test tests/Gateway.Tests writes it anew.\n{FirstDifference(there, text)}");
        }
    }

    public static string Table(string[] header, IEnumerable<string[]> rows) => string.Join('\n', new[] { header, [.. header.Select(_ => "---")] }
        .Concat(rows).Select(cells => $"| {string.Join(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |")) + "\n";

    /// <summary>The summary of a member out of the compiler's XML file, in Markdown.</summary>
    public static string Summary(string member) =>
        Spaces().Replace(string.Concat(Summaries.Value[member].Nodes().Select(Markdown)), " ").Trim();

    private static readonly Lazy<Dictionary<string, XElement>> Summaries = new(() => XDocument
        .Load(Path.Combine(AppContext.BaseDirectory, "Gateway.Failover.xml")).Descendants("member")
        .Where(member => member.Element("summary") is not null)
        .ToDictionary(member => member.Attribute("name")!.Value, member => member.Element("summary")!));

    private static string Markdown(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" } see => $"`{see.Attribute("cref")!.Value.Split('.')[^1]}`",
        XElement other => string.Concat(other.Nodes().Select(Markdown)),
        _ => string.Empty,
    };

    private static string FirstDifference(string there, string text)
    {
        var (old, fresh) = (there.Split('\n'), text.Split('\n'));
        var at = Enumerable.Range(0, Math.Max(old.Length, fresh.Length)).First(line => old.ElementAtOrDefault(line) != fresh.ElementAtOrDefault(line));
        return $"line {at + 1}\n- {old.ElementAtOrDefault(at)}\n+ {fresh.ElementAtOrDefault(at)}";
    }

    public static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Gateway.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("There is no Gateway.sln above the tests.");
        }

        return folder;
    }

    [GeneratedRegex(@"\s+", RegexOptions.None, 1_000)]
    private static partial Regex Spaces();
}
