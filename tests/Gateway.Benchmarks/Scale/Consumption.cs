using System.Diagnostics;
using System.Globalization;

namespace Gateway.Benchmarks.Scale;

/// <summary>What a process has used so far, as the kernel counts it.</summary>
/// <param name="Processor">Of all cores together.</param>
internal readonly record struct Consumption(long At, TimeSpan Processor, double ResidentMegabytes)
{
    private const double TicksPerSecond = 100;

    public static Consumption Of(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        // What stands in parentheses is the program's name, which may contain anything.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        var resident = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return new Consumption(
            Stopwatch.GetTimestamp(), TimeSpan.FromSeconds(ticks / TicksPerSecond),
            double.Parse(resident.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024);
    }

    /// <summary>The share of one core that was used since.</summary>
    public double CoresSince(Consumption before) => (Processor - before.Processor) / Stopwatch.GetElapsedTime(before.At, At);
}
