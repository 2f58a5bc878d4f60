using Gateway.EndToEnd.Harness;
using Gateway.Benchmarks.Processes;
using Gateway.Benchmarks.Roles.Faulty;

namespace Gateway.Benchmarks.Failover.Backends;

/// <summary>A backend that can die and come back: one process serves, spares stand ready to take its port.</summary>
internal sealed class Backend : IAsyncDisposable
{
    private readonly List<Incarnation> _all;
    private int _current;

    private Backend(int port, List<Incarnation> all) => (Port, _all) = (port, all);

    public int Port { get; }

    private Incarnation Current => _all[_current];

    /// <param name="spares">How often it will come back.</param>
    public static async Task<Backend> StartAsync(string name, string folder, Executions executions, int spares)
    {
        var port = Ports.Take();
        var all = Enumerable.Range(0, spares + 1).Select(_ => Incarnation.Start(name, port, folder, executions)).ToList();
        var backend = new Backend(port, all);
        foreach (var incarnation in all)
        {
            await incarnation.ReadyAsync();
        }

        await backend.Current.ServeAsync();
        return backend;
    }

    public void Kill() => Current.Kill();

    public Task ComeBackAsync() => _all[++_current].ServeAsync();

    public void Send(Signal signal) => Current.Send(signal);

    public Task MisbehaveAsync(FaultMode mode) => Current.MisbehaveAsync(mode);

    public async ValueTask DisposeAsync()
    {
        foreach (var incarnation in _all)
        {
            await incarnation.DisposeAsync();
        }
    }
}
