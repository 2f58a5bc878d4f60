using Gateway.Failover.Engine;

namespace Gateway.Failover.Incidents;

/// <summary>
/// Once a second, the time for those who count it. Opens the file before anything else starts and closes it after everything else has stopped,
/// so that no incident is missed in between.
/// </summary>
internal sealed class IncidentScheduler(IncidentReactor incidents, IncidentJournal journal, EngineClock clock)
    : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        journal.Open();
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        incidents.Close();
        return journal.CloseAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            incidents.Tick();
            using var timer = new PeriodicTimer(Interval, clock.Time);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                incidents.Tick();
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }
}
