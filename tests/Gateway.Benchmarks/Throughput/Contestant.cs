using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Gateway.Benchmarks.Roles;

namespace Gateway.Benchmarks.Throughput;

/// <summary>One process under load.</summary>
internal sealed class Contestant : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly HttpClient Http = new();

    private readonly Process _process;

    private Contestant(string name, string url, Process process)
    {
        Name = name;
        Url = url;
        _process = process;
    }

    public string Name { get; }

    public string Url { get; }

    /// <summary>Starts this program again, in a role.</summary>
    public static Task<Contestant> StartAsync(string role, string backend)
    {
        var port = FreePort();
        List<string> arguments = [typeof(Contestant).Assembly.Location, "--role", role, "--port", port.ToString(CultureInfo.InvariantCulture)];
        return StartAsync(role, port, backend.Length == 0 ? arguments : [.. arguments, "--backend", backend]);
    }

    /// <summary>Starts the gateway as it is delivered, with the configuration of the others.</summary>
    /// <exception cref="BenchmarkException">It was not built.</exception>
    public static Task<Contestant> StartHostAsync(string backend)
    {
        // Beside us in the tree, built by the same command for the same configuration.
        var program = AppContext.BaseDirectory.Replace("tests/Gateway.Benchmarks", "gateway/Gateway.Host") + "Gateway.Host.dll";
        if (!File.Exists(program))
        {
            throw new BenchmarkException($"--host needs {program}, which is not there; build Gateway.sln first.");
        }

        var config = Path.Combine(AppContext.BaseDirectory, "host.json");
        File.WriteAllText(config, JsonSerializer.Serialize(ProxyApp.Settings(withFailover: true, backend)));
        var port = FreePort();
        return StartAsync("host", port, [program, "--config", config, "--urls", $"http://127.0.0.1:{port}"]);
    }

    public async Task<Sample> MeasureAsync(Arguments arguments)
    {
        var (cpu, bytes) = (Cpu(), await AllocatedAsync());
        var result = await Wrk.RunAsync(Url + (arguments.Large ? FastBackend.LargePath : "/api/data"), arguments);
        return new Sample(
            result.PerSecond, result.P50, result.P99, (Cpu() - cpu).TotalMicroseconds / result.Requests,
            (await AllocatedAsync() - bytes) / result.Requests);
    }

    public async ValueTask DisposeAsync()
    {
        // The roles end with their input; the host does not read it.
        _process.StandardInput.Close();
        if (Name == "host")
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<Contestant> StartAsync(string name, int port, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        // Read, or the process would stop at a full pipe.
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var contestant = new Contestant(name, $"http://127.0.0.1:{port}", process);
        await contestant.WaitUntilServingAsync();
        return contestant;
    }

    private async Task WaitUntilServingAsync()
    {
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            while (!await IsServingAsync())
            {
                await Task.Delay(50, deadline.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new BenchmarkException($"The process in the role '{Name}' does not serve at {Url}.");
        }
    }

    private async Task<bool> IsServingAsync()
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri($"{Url}/api/data"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private TimeSpan Cpu()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    // The host has no such endpoint, and gets none for a benchmark's sake.
    private async Task<double> AllocatedAsync() =>
        Name == "host" ? double.NaN : double.Parse(await Http.GetStringAsync(new Uri(Url + ProxyApp.AllocatedPath)), CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
