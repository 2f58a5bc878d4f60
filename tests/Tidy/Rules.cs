using System.Text.RegularExpressions;

namespace Tidy;

/// <summary>A rule looks at the sources and says what is wrong, one line a finding. Pure, so that a bad sample shows that it can fail.</summary>
public static partial class Rules
{
    private const int MostLines = 400;
    private const int MostReadmeLines = 150;

    // Milliseconds that one expression may take for one line.
    private const int Patience = 1000;

    private static readonly string[] Kinds = ["Services", "Helpers", "Common", "Interfaces", "Models", "Utils"];

    private static readonly string[] TopLevel =
    [
        "gateway", "backends", "frontend", "tests", "docs", "docker-compose.yml", "Gateway.sln", "README.md", "LICENSE", "global.json",
        "Directory.Build.props", "Directory.Packages.props", ".editorconfig", ".gitignore", ".gitattributes", ".dockerignore", ".ci",
    ];

    private static readonly string[] Analyzers = ["Microsoft.CodeAnalysis.BannedApiAnalyzers", "Meziantou.Analyzer", "Roslynator.Analyzers"];

    public static IEnumerable<string> FilesAreShort(IEnumerable<Source> sources) =>
        from source in sources
        where IsCode(source)
        let lines = source.Text.EndsWith('\n') ? source.Lines.Length - 1 : source.Lines.Length
        where lines > MostLines
        select $"{source.Path} has {lines} lines; {MostLines} are the limit";

    public static IEnumerable<string> FoldersAreCapabilities(IEnumerable<string> paths) =>
        from path in paths
        let kind = path.Split('/')[..^1].FirstOrDefault(folder => Kinds.Contains(folder, StringComparer.OrdinalIgnoreCase))
        where kind is not null
        select $"{path} lies in \"{kind}\", which is a kind of class, not a capability";

    public static IEnumerable<string> TypesAreCalledByWhatTheyAre(IEnumerable<Source> sources) =>
        from source in sources
        where IsCSharp(source) && InGateway(source)
        from line in CodeLines(source)
        from Match found in VagueType().Matches(line.Code)
        select $"{source.Path}:{line.Number} calls a type {found.Groups["name"].Value}";

    /// <summary>A poll is no sleep: a short delay with a deadline's token inside a loop. Nor is a deadline raced by WhenAny.</summary>
    public static IEnumerable<string> TestsDoNotSleep(IEnumerable<Source> sources) =>
        from source in sources
        where IsCSharp(source) && source.Path.StartsWith("tests/", StringComparison.Ordinal)
        from line in CodeLines(source)
        where Sleep().IsMatch(line.Code) && !Waits(source.Lines, line.Number - 1)
        select $"{source.Path}:{line.Number} sleeps; wait for a condition with a deadline";

    /// <summary>Dice are thrown from a seed; without one only where a seed could have been given on the same line.</summary>
    public static IEnumerable<string> TheGatewayHasOneClockAndNoDice(IEnumerable<Source> sources) =>
        from source in sources
        where IsCSharp(source) && InGateway(source)
        from line in CodeLines(source)
        where ClockOrDice().IsMatch(line.Code) || (Unseeded().IsMatch(line.Code) && !Seeded().IsMatch(line.Code))
        select $"{source.Path}:{line.Number} asks the machine for the time or for a random number; take TimeProvider or a seed";

    /// <summary>
    /// Catching everything is for the top of a loop, where it is counted and logged. A filter on the exact types is no such catch.
    /// Otherwise a comment says why, before it or among its first lines, or its first lines log, count or rethrow.
    /// </summary>
    public static IEnumerable<string> WhoCatchesEverythingSaysWhy(IEnumerable<Source> sources) =>
        from source in sources
        where IsCSharp(source)
        from line in CodeLines(source)
        where CatchAll().IsMatch(line.Code) && !Justified(source.Lines, line.Number - 1)
        select $"{source.Path}:{line.Number} catches everything and neither says why nor logs it";

    public static IEnumerable<string> NothingIsLeftForLater(IEnumerable<Source> sources) =>
        from source in sources
        where IsCode(source) || source.Path.EndsWith(".sh", StringComparison.Ordinal) || source.Path.EndsWith(".css", StringComparison.Ordinal)
        from line in source.Lines.Index()
        where Later().IsMatch(line.Item)
        select $"{source.Path}:{line.Index + 1} leaves something for later";

    public static IEnumerable<string> TheCoreHasNoPackages(IEnumerable<Source> sources) =>
        from source in sources
        where source.Path == "gateway/Gateway.Core/Gateway.Core.csproj"
        from Match found in Dependency().Matches(source.Text)
        where !Analyzers.Contains(found.Groups["name"].Value)
        select $"{source.Path} depends on {found.Groups["name"].Value}";

    public static IEnumerable<string> TheTopLevelIsAsAgreed(IEnumerable<string> paths) =>
        paths.Select(path => path.Split('/')[0]).Distinct().Except(TopLevel).Select(entry => $"{entry} is not among the agreed top-level entries");

    public static IEnumerable<string> EveryProjectHasItsLockFile(IReadOnlyCollection<string> paths) =>
        from path in paths
        where path.EndsWith(".csproj", StringComparison.Ordinal)
        let locked = $"{path[..path.LastIndexOf('/')]}/packages.lock.json"
        where !paths.Contains(locked)
        select $"{path} has no {locked}";

    public static IEnumerable<string> TheReadmeIsShort(IEnumerable<Source> sources) =>
        from source in sources
        where source.Path == "README.md" && source.Lines.Length - 1 > MostReadmeLines
        select $"README.md has {source.Lines.Length - 1} lines; {MostReadmeLines} are the limit";

    private static bool IsCSharp(Source source) => source.Path.EndsWith(".cs", StringComparison.Ordinal);

    private static bool IsCode(Source source) =>
        IsCSharp(source) || source.Path.EndsWith(".ts", StringComparison.Ordinal) || source.Path.EndsWith(".tsx", StringComparison.Ordinal);

    private static bool InGateway(Source source) => source.Path.StartsWith("gateway/", StringComparison.Ordinal);

    // Strings and line comments are blanked, so that a rule does not trip over a sentence that names what it forbids.
    private static IEnumerable<(int Number, string Code)> CodeLines(Source source) =>
        source.Lines.Select((line, index) => (index + 1, WordsOnly().Replace(line, match => match.Value[0] == '/' ? "" : "\"\"")));

    private static bool Waits(string[] lines, int at) =>
        lines[at].Contains("WhenAny(", StringComparison.Ordinal)
        || (lines[at].Contains("oken)", StringComparison.Ordinal)
            && lines[Math.Max(0, at - 3)..at].Any(line => line.TrimStart().StartsWith("while (", StringComparison.Ordinal)));

    private static bool Justified(string[] lines, int at)
    {
        var filtered = lines[at].Contains(" when ", StringComparison.Ordinal) && lines[at].Contains(" is ", StringComparison.Ordinal);
        var before = at > 0 && lines[at - 1].TrimStart().StartsWith("//", StringComparison.Ordinal);
        return filtered || before || lines.Skip(at).Take(4).Any(line => Explanation().IsMatch(line));
    }

    [GeneratedRegex(
        @"\b(?:class|record|struct|interface|enum)\s+(?:struct\s+|class\s+)?" +
        @"(?<name>\w+(?:Manager|Helper|Util|Utils|Service|Processor|Info|Data))\b", RegexOptions.None, Patience)]
    private static partial Regex VagueType();

    [GeneratedRegex(@"\bThread\.Sleep\b|\bTask\.Delay\(\s*(?:\d|TimeSpan\.From\w+\(\s*\d)", RegexOptions.None, Patience)]
    private static partial Regex Sleep();

    [GeneratedRegex(@"\bDateTime(?:Offset)?\.(?:Now|UtcNow)\b|\bRandom\.Shared\b", RegexOptions.None, Patience)]
    private static partial Regex ClockOrDice();

    [GeneratedRegex(@"\bnew Random\(\)|\bRandom \w+ = new\(\)", RegexOptions.None, Patience)]
    private static partial Regex Unseeded();

    [GeneratedRegex(@"\bnew Random\(\w", RegexOptions.None, Patience)]
    private static partial Regex Seeded();

    [GeneratedRegex(@"\bcatch\s*(?:\(\s*(?:System\.)?Exception\b[^)]*\)|$|\{)", RegexOptions.None, Patience)]
    private static partial Regex CatchAll();

    [GeneratedRegex(@"//|\bLog\w*[.(]|\blogger\b|\.Add\(1|\bthrow;|\bSetException\(", RegexOptions.IgnoreCase, Patience)]
    private static partial Regex Explanation();

    [GeneratedRegex(@"\b(?:TO" + @"DO|FIX" + @"ME|HA" + @"CK)\b", RegexOptions.None, Patience)]
    private static partial Regex Later();

    [GeneratedRegex("<(?:PackageReference|ProjectReference|FrameworkReference|Reference)\\s+Include=\"(?<name>[^\"]+)\"", RegexOptions.None, Patience)]
    private static partial Regex Dependency();

    [GeneratedRegex(@"//.*$|""(?:\\.|[^""\\])*""", RegexOptions.None, Patience)]
    private static partial Regex WordsOnly();
}
