using Gateway.Core;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Operators;

/// <summary>
/// Watches the backends that an operator drains, and says when nothing is under way at one any more. Requests that wait for an answer when the time of a drain is
/// over are cut by the attempts' watch, streams are closed with them.
/// </summary>
internal sealed class DrainScheduler(PoolDirectory pools, Inbox inbox, EngineClock clock) : IHostedService, IReactor, IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private ITimer? _timer;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = clock.Time.CreateTimer(_ => Look(), state: null, Period, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _timer?.Dispose();

    public void React(Step step)
    {
        if (step.Records.Any(record => record.Event is PoolEvent.BackendAdminChanged { Admin: Admin.Draining }))
        {
            _timer?.Change(Period, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>One look at those that drain; another follows as long as there are any.</summary>
    public void Look()
    {
        var draining = 0;
        foreach (var pool in pools.All.Values)
        {
            foreach (var (id, state) in pool.View.State.Backends)
            {
                if (state is { Admin: Admin.Draining, Drained: false })
                {
                    draining++;
                    if (pool.Members.GetValueOrDefault(id.Value) is { InFlight: 0 })
                    {
                        inbox.Emptied(pool, id);
                    }
                }
            }
        }

        if (draining > 0)
        {
            _timer?.Change(Period, Timeout.InfiniteTimeSpan);
        }
    }
}
