using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Gateway.Host.Demo;

/// <summary>
/// Starts the demo's backends as child processes, starts them again when they exit, with a growing pause, as Docker's restart policy does,
/// and ends them with the gateway. Each child also watches its standard input and ends by itself when the gateway is gone without a word.
/// </summary>
internal sealed partial class DemoSupervisor(DemoOptions options, TimeProvider time, ILogger<DemoSupervisor> log) : BackgroundService
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Welcome = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Comes back when the backends listen, for a bounded while: what starts after this are the probes, which would take a backend that is
    /// still loading for a dead one, and the first thing to be seen of the demo would be a failover.
    /// </summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Welcome);
        try
        {
            await Task.WhenAll(options.Backends.Select(backend => ListensAsync(backend, deadline.Token)));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever keeps it, the gateway is there to live with it.
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(options.Backends.Select(backend => SuperviseAsync(backend, stoppingToken)));

    private async Task SuperviseAsync(DemoBackend backend, CancellationToken stopping)
    {
        var pause = ShortestPause;
        try
        {
            while (true)
            {
                var started = time.GetTimestamp();
                var exitCode = await RunOnceAsync(backend, stopping);
                pause = time.GetElapsedTime(started) > Settled ? ShortestPause : pause;
                Log.Exited(log, backend.Name, exitCode, pause.TotalSeconds);
                await Task.Delay(pause, time, stopping);
                pause = pause * 2 > LongestPause ? LongestPause : pause * 2;
            }
        }
        catch (OperationCanceledException)
        {
            // The gateway stops, and its backends have been stopped.
        }
    }

    private async Task<int> RunOnceAsync(DemoBackend backend, CancellationToken stopping)
    {
        using var process = new Process { StartInfo = StartInfo(backend) };
        process.OutputDataReceived += (_, line) => Relay(backend, line.Data);
        process.ErrorDataReceived += (_, line) => Relay(backend, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Log.Started(log, backend.Name, backend.Port, process.Id);
        try
        {
            await process.WaitForExitAsync(stopping);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            await EndAsync(process);
            throw;
        }
    }

    private async Task ListensAsync(DemoBackend backend, CancellationToken cancel)
    {
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, backend.Port, cancel);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(Glance, time, cancel);
            }
        }
    }

    private static ProcessStartInfo StartInfo(DemoBackend backend)
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "demo", "Gateway.Backend.dll");
        var self = Environment.ProcessPath;
        return new ProcessStartInfo(Path.GetFileNameWithoutExtension(self) == "dotnet" ? self! : "dotnet")
        {
            ArgumentList = { assembly, "--name", backend.Name, "--port", $"{backend.Port}", "--exit-with-stdin" },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
    }

    private static async Task EndAsync(Process process)
    {
        // A closed standard input asks it to end; a process that hangs, or was stopped by a signal, has to be made to.
        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Farewell);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }
    }

    private void Relay(DemoBackend backend, string? line)
    {
        if (!string.IsNullOrWhiteSpace(line))
        {
            Log.Said(log, backend.Name, line);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2001, LogLevel.Information, "Demo backend {Name} started on port {Port}, process {Process}.")]
        public static partial void Started(ILogger log, string name, int port, int process);

        [LoggerMessage(2002, LogLevel.Warning, "Demo backend {Name} exited with code {ExitCode}; it is started again in {Pause} s.")]
        public static partial void Exited(ILogger log, string name, int exitCode, double pause);

        [LoggerMessage(2003, LogLevel.Information, "{Name}: {Line}")]
        public static partial void Said(ILogger log, string name, string line);
    }
}
