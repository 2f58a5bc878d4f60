using System.Diagnostics;
using System.Globalization;

namespace Gateway.Tests.Backends;

/// <summary>The backend as a program: what only a process can show is its end.</summary>
internal sealed class BackendProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Gateway.Backend.dll");
    private readonly Process process;

    private BackendProcess(Process process) => this.process = process;

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public static BackendProcess Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new BackendProcess(Process.Start(start)!);
    }

    public static async Task<BackendProcess> ServeAsync(params string[] arguments)
    {
        var backend = Start(["--port", "0", .. arguments]);
        var line = await backend.process.StandardOutput.ReadLineAsync().WaitAsync(Deadline);
        var words = line!.Split(' ', ',');
        backend.Address = new Uri(words.First(word => word.StartsWith("http://", StringComparison.Ordinal)));
        return backend;
    }

    public string Port => Address.Port.ToString(CultureInfo.InvariantCulture);

    public void CloseInput() => process.StandardInput.Close();

    public async Task<(int ExitCode, string Errors)> EndAsync()
    {
        var errors = await process.StandardError.ReadToEndAsync().WaitAsync(Deadline);
        await process.WaitForExitAsync().WaitAsync(Deadline);
        return (process.ExitCode, errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }
}
