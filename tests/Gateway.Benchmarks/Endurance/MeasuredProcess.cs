using Gateway.EndToEnd.Harness;
using System.Globalization;
using Gateway.Benchmarks.Processes;
using Gateway.Benchmarks.Roles;

namespace Gateway.Benchmarks.Endurance;

/// <summary>A process under traffic, and how much memory it holds.</summary>
internal sealed class MeasuredProcess : IAsyncDisposable
{
    private const double Megabyte = 1024 * 1024;
    private const string HeapMetric = "dotnet_gc_last_collection_heap_size";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };

    private readonly Child _child;
    private readonly string _name;

    private MeasuredProcess(string name, Child child, Uri url) => (_name, _child, Url) = (name, child, url);

    public Uri Url { get; }

    public static async Task<MeasuredProcess> StartAsync(string name, Func<int, Command> command, TempFolder folder)
    {
        var port = Ports.Take();
        var process = new MeasuredProcess(name, Child.Start(command(port), folder.Path), new Uri($"http://127.0.0.1:{port}/"));
        await Until.TrueAsync(process.ServesAsync, Patience, () => $"'{name}' does not serve.\n{process._child.LastWords}");
        return process;
    }

    public async Task<Memory> MemoryAsync() => new(Resident(), await HeapAsync());

    /// <summary>The most of each until it is told to stop.</summary>
    public async Task<Memory> MostMemoryAsync(CancellationToken token)
    {
        var most = default(Memory);
        using var timer = new PeriodicTimer(Pause);
        while (!token.IsCancellationRequested)
        {
            most = Memory.Most(most, await MemoryAsync());
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        return Memory.Most(most, await MemoryAsync());
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();

    private double Resident()
    {
        var line = File.ReadLines($"/proc/{_child.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
    }

    // The host tells it in its metrics, the role at an endpoint of its own.
    private async Task<double> HeapAsync()
    {
        if (_name == "Gateway")
        {
            var metrics = await Http.GetStringAsync(new Uri(Url, "metrics"));
            return metrics.Split('\n')
                .Where(line => line.StartsWith(HeapMetric, StringComparison.Ordinal))
                .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)) / Megabyte;
        }

        return double.Parse(await Http.GetStringAsync(new Uri(Url, ProxyApp.HeapPath)), CultureInfo.InvariantCulture) / Megabyte;
    }

    private async Task<bool> ServesAsync()
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(Url, "api/hello"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
