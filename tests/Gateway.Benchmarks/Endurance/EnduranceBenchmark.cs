using System.Text.Json;
using Gateway.Benchmarks.Processes;
using Gateway.Benchmarks.Roles;

namespace Gateway.Benchmarks.Endurance;

/// <summary>
/// How much memory long-lived traffic takes: idle WebSockets, and many large uploads at once, behind stock YARP and behind the gateway as it
/// is delivered. Each in a fresh process and one after another, before, during and after the traffic.
/// </summary>
internal static class EnduranceBenchmark
{
    private const int WebSockets = 500;
    private const int Uploads = 200;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync()
    {
        using var folder = new TempFolder();
        await using var sink = await MeasuredProcess.StartAsync("sink", port => Command.Role(RolePlay.Sink, "--port", $"{port}"), folder);
        Console.WriteLine("MB; heap: what the last garbage collection left, as far as there was one.");
        Console.WriteLine("| traffic | proxy | RSS before | at most | after | heap before | at most | after | how it went |");
        Console.WriteLine("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
        await CompareAsync($"{WebSockets} idle WebSockets", sink, folder, url => IdleSockets.RunAsync(url, WebSockets));
        await CompareAsync(
            $"{Uploads} uploads of {PacedContent.Length / 1_000_000} MB at once", sink, folder, url => Endurance.Uploads.RunAsync(url, Uploads));
        return 0;
    }

    private static async Task CompareAsync(string traffic, MeasuredProcess sink, TempFolder folder, Func<Uri, Task<string>> run)
    {
        await RowAsync(traffic, "stock YARP", port => Command.Role(RolePlay.Yarp, "--port", $"{port}", "--backend", sink.Url.ToString()), folder, run);
        await RowAsync(traffic, "Gateway", port => GatewayCommand(port, sink, folder), folder, run);
    }

    private static Command GatewayCommand(int port, MeasuredProcess sink, TempFolder folder)
    {
        var settings = ProxyApp.Settings(withFailover: true, sink.Url.ToString());
        var config = folder.Write("gateway.json", JsonSerializer.Serialize(settings));
        return Command.Host("--config", config, "--urls", $"http://127.0.0.1:{port}");
    }

    private static async Task RowAsync(
        string traffic, string name, Func<int, Command> command, TempFolder folder, Func<Uri, Task<string>> run)
    {
        await using var proxy = await MeasuredProcess.StartAsync(name, command, folder);
        var before = await proxy.MemoryAsync();
        using var stop = new CancellationTokenSource();
        var most = proxy.MostMemoryAsync(stop.Token);
        var outcome = await run(proxy.Url);
        await stop.CancelAsync();
        var during = await most;
        await Task.Delay(Rest);
        var after = await proxy.MemoryAsync();
        Console.WriteLine(
            $"| {traffic} | {name} | {before.Resident:0} | {during.Resident:0} | {after.Resident:0} "
            + $"| {before.Heap:0} | {during.Heap:0} | {after.Heap:0} | {outcome} |");
    }
}
