using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Gateway.Failover.Telemetry;

namespace Gateway.Tests.Telemetry;

/// <summary>A meter of one test, a collector that hears nothing else, and the text it writes.</summary>
internal sealed class Scrape : IDisposable
{
    public const string Promtool = "/usr/bin/promtool";

    private static int s_next;

    public Scrape(int maxSeries = 1000)
    {
        Meter = new Meter("Test" + Interlocked.Increment(ref s_next).ToString(CultureInfo.InvariantCulture));
        Collector = new PrometheusCollector(
            Meter.Name, new TelemetryOptions { Meters = [], MaxSeriesPerInstrument = maxSeries });
    }

    public Meter Meter { get; }

    public PrometheusCollector Collector { get; }

    public async Task<string> TextAsync()
    {
        var buffer = new ArrayBufferWriter<byte>();
        Assert.True(await Collector.TryWriteAsync(buffer, TimeSpan.FromSeconds(30)));
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The samples of the test's own instruments: name with labels, and value.</summary>
    public async Task<Dictionary<string, string>> SamplesAsync() => SamplesOf(await TextAsync());

    /// <summary>The samples of a text; fails when the same one is written twice.</summary>
    public static Dictionary<string, string> SamplesOf(string text) => text
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Where(line => !line.StartsWith('#'))
        .ToDictionary(line => line[..line.LastIndexOf(' ')], line => line[(line.LastIndexOf(' ') + 1)..]);

    /// <summary>Fails with promtool's own words unless it finds nothing to say about the text.</summary>
    public static async Task CheckWithPromtoolAsync(string text)
    {
        Assert.True(File.Exists(Promtool), $"{Promtool} is missing: apt-get install prometheus");
        using var promtool = Process.Start(new ProcessStartInfo(Promtool, ["check", "metrics"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        })!;
        var complaints = promtool.StandardError.ReadToEndAsync();
        var output = promtool.StandardOutput.ReadToEndAsync();
        await promtool.StandardInput.WriteAsync(text);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync();
        Assert.True(promtool.ExitCode == 0, $"promtool: {await complaints}{await output}\n{text}");
    }

    public void Dispose()
    {
        Collector.Dispose();
        Meter.Dispose();
    }
}
