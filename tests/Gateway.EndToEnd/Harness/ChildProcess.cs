using System.Diagnostics;

namespace Gateway.EndToEnd.Harness;

/// <summary>A process that a test has started, and that ends with it. Signals go to this process only, and only while it lives.</summary>
internal class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private bool _disposed;

    public ChildProcess(string name, string workingDirectory, string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        Name = name;
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Add(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Add(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Id = _process.Id;
    }

    public string Name { get; }

    public int Id { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>What it has written to its standard output so far.</summary>
    public string Output => Read(_output);

    /// <summary>What it has written to its standard error so far.</summary>
    public string Errors => Read(_errors);

    public void Send(Signal signal)
    {
        Assert.False(HasExited, $"{Name} has exited already and cannot get {signal}.\n{Output}\n{Errors}");
        Signals.Send(Id, signal);
    }

    /// <summary>Waits for its end and for the end of what it has written; returns its exit code.</summary>
    public async Task<int> ExitAsync(TimeSpan? within = null)
    {
        using var deadline = new CancellationTokenSource(within ?? Eventually.Soon);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{Name} did not exit in time.\n{Output}\n{Errors}", e);
        }
    }

    public async Task KillAsync()
    {
        if (!HasExited)
        {
            _process.Kill();
        }

        await ExitAsync();
    }

    /// <summary>The first line of its output that holds a text; fails early when it exits instead.</summary>
    public async Task<string> SaysAsync(string text, TimeSpan? within = null)
    {
        string? Line()
        {
            lock (_output)
            {
                return _output.Find(line => line.Contains(text, StringComparison.Ordinal));
            }
        }

        await Eventually.TrueAsync($"{Name} says '{text}'", () => Line() is not null || HasExited, within);
        return Line() ?? throw new InvalidOperationException($"{Name} exited without saying '{text}'.\n{Output}\n{Errors}");
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (!_disposed)
        {
            _disposed = true;
            await KillAsync();
            _process.Dispose();
        }
    }

    private static void Add(List<string> lines, string? line)
    {
        if (line is not null)
        {
            lock (lines)
            {
                lines.Add(line);
            }
        }
    }

    private static string Read(List<string> lines)
    {
        lock (lines)
        {
            return string.Join('\n', lines);
        }
    }
}
