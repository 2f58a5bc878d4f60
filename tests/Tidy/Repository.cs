using System.Diagnostics;

namespace Tidy;

/// <summary>One tracked file.</summary>
/// <param name="Path">From the root of the repository, with forward slashes.</param>
public sealed record Source(string Path, string Text)
{
    public string[] Lines { get; } = Text.ReplaceLineEndings("\n").Split('\n');
}

/// <summary>What git tracks, with what is in the work tree: a change is judged before it is committed.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    private static readonly string[] Endings = [".cs", ".ts", ".tsx", ".csproj", ".md", ".sh", ".css"];

    public static IReadOnlyList<string> Tracked { get; } =
        [.. Git("ls-files").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(path => File.Exists(System.IO.Path.Combine(Root, path)))];

    public static IReadOnlyList<Source> Sources { get; } =
        [.. Tracked.Where(IsSource).Select(path => new Source(path, File.ReadAllText(System.IO.Path.Combine(Root, path))))];

    private static bool IsSource(string path) => Endings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal));

    // In a worktree .git is a file, not a folder.
    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!System.IO.Path.Exists(System.IO.Path.Combine(folder, ".git")))
        {
            folder = System.IO.Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException($"No repository above {AppContext.BaseDirectory}.");
        }

        return folder;
    }

    private static string Git(string arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = Root, UseShellExecute = false, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("git does not start.");
        var said = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0 ? said : throw new InvalidOperationException($"git {arguments} ended with {git.ExitCode}.");
    }
}
