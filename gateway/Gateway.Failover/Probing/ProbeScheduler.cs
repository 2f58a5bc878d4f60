using Gateway.Core;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;
using Gateway.Failover.Proxying;

namespace Gateway.Failover.Probing;

/// <summary>Keeps one probe loop per backend, starts and ends them with the pools, and nudges one when a request to its backend failed.</summary>
internal sealed class ProbeScheduler(
    ConfigGate gate, PoolDirectory pools, Inbox inbox, ProbeMetrics metrics, ClusterClients clients, EngineClock clock, ILogger<ProbeScheduler> log)
    : IHostedService, IReactor, IDisposable
{
    private readonly TimedProbe _probe = new(clock.Time);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<(PoolId, string), Running> _loops = [];
    private readonly Random _seeds = gate.Current.Options.Seed is var seed and > 0 ? new Random(seed) : new Random();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        pools.Changed += Align;
        Align();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        pools.Changed -= Align;
        await _stopping.CancelAsync();
        Task[] running;
        lock (_gate)
        {
            running = [.. _loops.Values.Select(loop => loop.Task)];
        }

        await Task.WhenAll(running);
    }

    public void React(Step step)
    {
        var failed = (step.Input as PoolInput.AttemptFailed)?.Backend.Value;
        // Those that are down rest for long while somebody else is up, and now nobody is.
        var exhausted = step.Records.Any(record => record.Event is PoolEvent.PoolExhausted);
        if (failed is null && !exhausted)
        {
            return;
        }

        lock (_gate)
        {
            foreach (var backend in exhausted ? step.Pool.Members.Keys : [failed!])
            {
                if (_loops.TryGetValue((step.Pool.Id, backend), out var running))
                {
                    running.Loop.Nudge();
                }
            }
        }
    }

    /// <summary>One loop for each backend that there is, and none for one that there is not.</summary>
    public void Align()
    {
        lock (_gate)
        {
            var wanted = pools.All.Values.SelectMany(pool => pool.Members.Values.Select(backend => (Pool: pool, Backend: backend)))
                .ToDictionary(pair => (pair.Pool.Id, pair.Backend.Id));
            foreach (var gone in _loops.Where(loop => !wanted.TryGetValue(loop.Key, out var kept) || kept.Pool != loop.Value.Pool).ToList())
            {
                _loops.Remove(gone.Key);
                gone.Value.Cancel.Cancel();
                gone.Value.Cancel.Dispose();
            }

            foreach (var (key, (pool, backend)) in wanted.Where(pair => !_loops.ContainsKey(pair.Key)))
            {
                _loops.Add(key, Start(pool, backend));
            }
        }
    }

    /// <summary>A host whose start fails is disposed of without being stopped.</summary>
    /// <remarks>Registered as more than one service, it is disposed of more than once; a cancelled source holds nothing that needs to be given back.</remarks>
    public void Dispose() => _stopping.Cancel();

    private Running Start(Pool pool, Backend backend)
    {
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var loop = new ProbeLoop(pool, backend, _probe, new ProbeClient(clients), inbox, metrics, clock, new Random(_seeds.Next()), log);
        var watch = new ConnectionWatch(pool, backend, loop, inbox, clock);
        var running = Task.Run(() => Task.WhenAll(loop.RunAsync(cancel.Token), watch.RunAsync(cancel.Token)), CancellationToken.None);
        return new Running(pool, loop, running, cancel);
    }

    private sealed record Running(Pool Pool, ProbeLoop Loop, Task Task, CancellationTokenSource Cancel);
}
