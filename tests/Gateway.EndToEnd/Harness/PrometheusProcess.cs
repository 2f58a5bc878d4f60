using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Gateway.EndToEnd.Harness;

/// <summary>A real Prometheus that scrapes one gateway five times a second and keeps what it sees in the test's folder.</summary>
internal sealed class PrometheusProcess : ChildProcess
{
    private const string Server = "/usr/bin/prometheus";
    private const string Tool = "/usr/bin/promtool";

    private readonly HttpClient _http;

    private PrometheusProcess(TestFolder folder, string config, int port)
        : base("prometheus", folder.Path, Server, [$"--config.file={config}", $"--storage.tsdb.path={folder.File("tsdb")}", $"--web.listen-address=127.0.0.1:{port}"]) =>
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = Eventually.Soon };

    public static PrometheusProcess Start(TestFolder folder, GatewayProcess gateway)
    {
        AssertInstalled(Server);
        var config = folder.File("prometheus.yml");
        File.WriteAllText(config, $"""
            global:
              scrape_interval: 200ms
              scrape_timeout: 200ms
            scrape_configs:
              - job_name: gateway
                static_configs:
                  - targets: ["{gateway.Url.Authority}"]

            """);
        return new PrometheusProcess(folder, config, Ports.Take());
    }

    /// <summary>What <c>promtool check metrics</c> says to a scrape, and its exit code.</summary>
    public static async Task<(int ExitCode, string Said)> CheckAsync(TestFolder folder, string metrics)
    {
        AssertInstalled(Tool);
        await File.WriteAllTextAsync(folder.File("metrics.txt"), metrics);
        await using var tool = new ChildProcess("promtool", folder.Path, "/bin/sh", ["-c", $"{Tool} check metrics < metrics.txt"]);
        var exitCode = await tool.ExitAsync();
        return (exitCode, $"{tool.Output}\n{tool.Errors}".Trim());
    }

    /// <summary>The value of an expression that yields one, or null while it yields none.</summary>
    public async Task<double?> QueryAsync(string expression)
    {
        var answer = await _http.GetFromJsonAsync<JsonElement>($"api/v1/query?query={Uri.EscapeDataString(expression)}");
        var result = answer.GetProperty("data").GetProperty("result");
        return result.GetArrayLength() == 0 ? null : double.Parse(result[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until an expression has a value.</summary>
    public Task ShowsAsync(string expression, double value) => Eventually.GetAsync(
        $"{expression} is {value}", () => QueryAsync(expression), seen => seen is { } number && Math.Abs(number - value) < 1e-6);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _http.Dispose();
    }

    private static void AssertInstalled(string program) =>
        Assert.True(File.Exists(program), $"{program} is missing. It comes with Debian's package 'prometheus': apt-get install prometheus.");
}
