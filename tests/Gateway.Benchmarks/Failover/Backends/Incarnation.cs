using Gateway.Benchmarks.Processes;
using Gateway.Benchmarks.Roles;
using Gateway.Benchmarks.Roles.Faulty;

namespace Gateway.Benchmarks.Failover.Backends;

/// <summary>One process of a backend: started and warm, but serving only from <see cref="ServeAsync"/> on.</summary>
internal sealed class Incarnation : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Executions _executions;
    private Child? _child;
    private TaskCompletionSource? _done;

    private Incarnation(Executions executions) => _executions = executions;

    /// <summary>Starts the process; <see cref="ReadyAsync"/> tells when it is warm.</summary>
    public static Incarnation Start(string name, int port, string folder, Executions executions)
    {
        var incarnation = new Incarnation(executions);
        // Small, and compiled once and for all while it warms up: it is to be no burden to what is measured.
        var command = Command.Role(RolePlay.Faulty, "--name", name, "--port", $"{port}") with
        {
            Environment = new() { ["DOTNET_gcServer"] = "0", ["DOTNET_gcConcurrent"] = "0", ["DOTNET_TieredCompilation"] = "0" },
        };
        incarnation._child = Child.Start(command, folder, incarnation.Hear);
        return incarnation;
    }

    public async Task ReadyAsync()
    {
        await Task.WhenAny(_ready.Task, Task.Delay(Patience));
        if (!_ready.Task.IsCompleted)
        {
            throw new BenchmarkException($"A backend does not start:\n{_child!.LastWords}");
        }
    }

    public Task ServeAsync() => OrderAsync(FaultyBackend.Serve);

    public Task MisbehaveAsync(FaultMode mode) => OrderAsync(mode.ToString());

    public void Kill() => _child!.Kill();

    public void Send(Signal signal) => _child!.Send(signal);

    public ValueTask DisposeAsync() => _child!.DisposeAsync();

    private async Task OrderAsync(string order)
    {
        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _child!.Say(order);
        await Task.WhenAny(_done.Task, Task.Delay(Patience));
        if (!_done.Task.IsCompleted)
        {
            throw new BenchmarkException($"A backend does not obey '{order}':\n{_child.LastWords}");
        }
    }

    private void Hear(string line)
    {
        if (line.StartsWith(FaultyBackend.Executed, StringComparison.Ordinal))
        {
            _executions.Count(line[FaultyBackend.Executed.Length..]);
        }
        else if (line == FaultyBackend.Ready)
        {
            _ready.TrySetResult();
        }
        else if (line == FaultyBackend.Done)
        {
            _done?.TrySetResult();
        }
    }
}
