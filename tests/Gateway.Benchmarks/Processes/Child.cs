using System.ComponentModel;
using System.Diagnostics;

namespace Gateway.Benchmarks.Processes;

/// <summary>A process that the benchmark has started and that does not outlive it, whatever ends the benchmark.</summary>
internal sealed class Child : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Queue<string> _lastWords = new();

    private Child(Process process, Action<string>? hear)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => Hear(line.Data, hear);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data, hear: null);
    }

    public int Id { get; private set; }

    public bool HasExited => _process.HasExited;

    /// <summary>The last lines that it wrote, for the message of a failure.</summary>
    public string LastWords
    {
        get
        {
            lock (_lastWords)
            {
                return string.Join('\n', _lastWords);
            }
        }
    }

    /// <param name="hear">Gets every line of its standard output.</param>
    /// <exception cref="BenchmarkException">There is no such program.</exception>
    public static Child Start(Command command, string folder, Action<string>? hear = null)
    {
        var start = new ProcessStartInfo(command.Program, command.Arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        var child = new Child(new Process { StartInfo = start }, hear);
        try
        {
            Children.Add(child, () => child._process.Start());
        }
        catch (Win32Exception e)
        {
            throw new BenchmarkException($"{command.Program} cannot be started: {e.Message}");
        }

        child.Id = child._process.Id;
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    public void Say(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    public bool Send(Signal signal) => Signals.Send(Id, signal);

    /// <summary>Ends it at once and returns when it has ended.</summary>
    public void Kill()
    {
        Send(Signal.Kill);
        _process.WaitForExit(Patience);
    }

    /// <summary>Asks it to end, so that it takes its own children with it, and makes it end when it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        Send(Signal.Continue);
        Send(Signal.Terminate);
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            EndNow();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        Children.Remove(this);
        _process.Dispose();
    }

    /// <summary>Ends it and its children without waiting.</summary>
    public void EndNow()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It never started, or it has been disposed.
        }
    }

    private void Hear(string? line, Action<string>? hear)
    {
        if (line is null)
        {
            return;
        }

        hear?.Invoke(line);
        lock (_lastWords)
        {
            _lastWords.Enqueue(line);
            if (_lastWords.Count > 20)
            {
                _lastWords.Dequeue();
            }
        }
    }
}
