using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Gateway.Benchmarks.Throughput;

/// <summary>What one run of wrk says.</summary>
/// <param name="P50">Milliseconds, as <paramref name="P99"/>.</param>
internal sealed record WrkResult(long Requests, double PerSecond, double P50, double P99);

/// <summary>The load generator: small, fast, and in Debian.</summary>
internal static partial class Wrk
{
    // Milliseconds that one expression may take.
    private const int Patience = 1000;

    private const string Post = """
        wrk.method = "POST"
        wrk.body = string.rep("x", 64)
        wrk.headers["Content-Type"] = "text/plain"
        """;

    /// <exception cref="BenchmarkException">It is not installed.</exception>
    public static void Require()
    {
        try
        {
            using var wrk = Start(["--version"]);
            wrk.StandardOutput.ReadToEnd();
        }
        catch (Win32Exception)
        {
            throw new BenchmarkException("--throughput needs wrk, which was not found. Install it with: apt-get install wrk");
        }
    }

    /// <exception cref="BenchmarkException">Not every answer was good: such a run measures something else.</exception>
    public static async Task<WrkResult> RunAsync(string url, Arguments arguments)
    {
        List<string> options = ["--threads", "1", "--connections", $"{arguments.Connections}", "--duration", $"{arguments.Seconds}s", "--latency"];
        if (arguments.Post)
        {
            var script = Path.Combine(AppContext.BaseDirectory, "post.lua");
            await File.WriteAllTextAsync(script, Post);
            options.AddRange(["--script", script]);
        }

        using var wrk = Start([.. options, url]);
        var said = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        if (wrk.ExitCode != 0 || said.Contains("Non-2xx", StringComparison.Ordinal) || said.Contains("Socket errors", StringComparison.Ordinal))
        {
            throw new BenchmarkException($"A run in which requests fail measures nothing. wrk said:\n{said}");
        }

        return new WrkResult(
            long.Parse(Requests().Match(said).Groups["number"].Value, CultureInfo.InvariantCulture),
            double.Parse(PerSecond().Match(said).Groups["number"].Value, CultureInfo.InvariantCulture),
            Milliseconds(P50().Match(said)), Milliseconds(P99().Match(said)));
    }

    private static Process Start(IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo("wrk", arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;

    private static double Milliseconds(Match match) =>
        double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture) * match.Groups["unit"].Value switch
        {
            "us" => 0.001,
            "ms" => 1,
            _ => 1000,
        };

    [GeneratedRegex(@"(?<number>\d+) requests in", RegexOptions.None, Patience)]
    private static partial Regex Requests();

    [GeneratedRegex(@"Requests/sec:\s+(?<number>[\d.]+)", RegexOptions.None, Patience)]
    private static partial Regex PerSecond();

    [GeneratedRegex(@"50%\s+(?<number>[\d.]+)(?<unit>us|ms|s)", RegexOptions.None, Patience)]
    private static partial Regex P50();

    [GeneratedRegex(@"99%\s+(?<number>[\d.]+)(?<unit>us|ms|s)", RegexOptions.None, Patience)]
    private static partial Regex P99();
}
