namespace Gateway.Benchmarks.Failover.Contenders;

/// <summary>All contenders, in the order of their columns.</summary>
internal static class Everybody
{
    private static readonly string[] Folders = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"];

    public static readonly IReadOnlyList<Contender> All =
    [
        new(GatewayContender.Key, "Gateway", GatewayContender.Prepare),
        new("haproxy-backup", "HAProxy, backup", site => HaProxy.Prepare(site, HaProxy.Backup)) { Package = "haproxy" },
        new("haproxy-first", "HAProxy, balance first", site => HaProxy.Prepare(site, HaProxy.First)) { Package = "haproxy" },
        new("nginx", "nginx", Nginx.Prepare) { Package = "nginx" },
        new("caddy", "Caddy", Caddy.Prepare) { Package = "caddy" },
        new("yarp", "YARP, stock", StockYarp.Prepare),
    ];

    /// <summary>The contenders whose keys begin with one of the words; all when there is none.</summary>
    /// <exception cref="BenchmarkException">A word means nobody, or somebody is not installed.</exception>
    public static IReadOnlyList<Contender> Choose(IReadOnlyCollection<string> words)
    {
        foreach (var word in words.Where(word => !All.Any(contender => Begins(contender, word))))
        {
            throw new BenchmarkException($"--only names '{word}'; allowed are {string.Join(", ", All.Select(contender => contender.Key))}.");
        }

        var chosen = All.Where(contender => words.Count == 0 || words.Any(word => Begins(contender, word))).ToList();
        foreach (var package in chosen.Select(contender => contender.Package).OfType<string>().Where(package => Find(package) is null))
        {
            throw new BenchmarkException($"--failover needs {package}, which was not found. Install it with: apt-get install {package}");
        }

        return chosen;
    }

    /// <summary>Where a program lies that Debian installs; administrators' programs are not in everybody's PATH.</summary>
    public static string? Find(string program) => Folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static bool Begins(Contender contender, string word) => contender.Key.StartsWith(word, StringComparison.OrdinalIgnoreCase);
}
