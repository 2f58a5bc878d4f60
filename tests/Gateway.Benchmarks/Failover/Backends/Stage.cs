using Gateway.Benchmarks.Processes;
using Gateway.Benchmarks.Roles.Faulty;

namespace Gateway.Benchmarks.Failover.Backends;

/// <summary>The two backends of one cell of the table, and what was done to them when.</summary>
internal sealed class Stage : IAsyncDisposable
{
    public const string PrimaryName = "primary";
    public const string StandbyName = "standby";

    private readonly List<(TimeSpan From, TimeSpan To)> _deaths = [];
    private readonly Executions _executions;

    private Stage(Backend primary, Backend standby, Executions executions) => (Primary, Standby, _executions) = (primary, standby, executions);

    public Backend Primary { get; }

    public Backend Standby { get; }

    /// <summary>POSTs that were executed more than once.</summary>
    public int Doubles => _executions.Doubles;

    /// <summary>From just before each kill until the process was gone, by the clock of the load.</summary>
    public IReadOnlyList<(TimeSpan From, TimeSpan To)> Deaths => _deaths;

    /// <summary>The clock of the load; set when it starts.</summary>
    public Func<TimeSpan> Clock { get; set; } = () => TimeSpan.Zero;

    public static async Task<Stage> OpenAsync(string folder, int spares)
    {
        var executions = new Executions();
        var primary = Backend.StartAsync(PrimaryName, folder, executions, spares);
        var standby = Backend.StartAsync(StandbyName, folder, executions, spares: 1);
        return new Stage(await primary, await standby, executions);
    }

    public Task KillAsync(params Backend[] backends)
    {
        foreach (var backend in backends)
        {
            var from = Clock();
            backend.Kill();
            _deaths.Add((from, Clock()));
        }

        return Task.CompletedTask;
    }

    public Task SignalAsync(Signal signal)
    {
        Primary.Send(signal);
        return Task.CompletedTask;
    }

    public Task MisbehaveAsync(FaultMode mode) => Primary.MisbehaveAsync(mode);

    public async ValueTask DisposeAsync()
    {
        await Primary.DisposeAsync();
        await Standby.DisposeAsync();
    }
}
