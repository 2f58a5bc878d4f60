using System.Collections.Immutable;
using Gateway.Core;
using Gateway.Failover.Configuration;
using Gateway.Failover.Configuration.Amending;
using Gateway.Failover.Proxying;

namespace Gateway.Failover.Engine;

/// <summary>
/// The one writer. Takes a letter out of the inbox, lets the core decide, applies the events, swaps the pool's view, tells the reactors.
/// Nothing in the loop waits for anything but the next letter.
/// </summary>
internal sealed partial class FailoverEngine(
    ConfigGate gate, Inbox inbox, PoolDirectory pools, EngineClock clock, History history, Journal journal, DestinationsUpdater destinations,
    IEnumerable<IReactor> reactors, ILogger<FailoverEngine> log) : IHostedService, IDisposable
{
    private static readonly TimeSpan ReconfigureLimit = TimeSpan.FromSeconds(2);

    private readonly IReactor[] _reactors = [.. reactors];
    private readonly CancellationTokenSource _stopping = new();
    private ITimer? _timer;
    private Task _loop = Task.CompletedTask;
    private readonly Alarms _alarms = new();
    private long _faults;

    /// <summary>Inputs whose handling threw, and reactors that did: bugs, counted and logged.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var entries = journal.Open();
        history.Id = journal.Id;
        _timer = clock.Time.CreateTimer(_ => inbox.TimeIsUp(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        pools.Swap(gate.Current.Pools.Select(setup => new Pool(setup, Restoration.Restore(setup.Definition, entries, clock))));
        Restoration.Remember(history, entries, clock);
        foreach (var pool in pools.Ordered)
        {
            Log.Serving(log, pool.Id.Value, pool.View.State.Active.Name, pool.View.State.Epoch.Number, pool.View.State.Sentence);
            if (Restoration.Moved(pool.View.State, entries, clock) is { } moved)
            {
                Carry(pool, new PoolInput.Ticked(clock.Now, default), [moved]);
            }

            destinations.Update(pool);
            _alarms.Set(pool);
        }

        SetTimer();
        gate.Changed += Reconfigure;
        _loop = Task.Run(LoopAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        gate.Changed -= Reconfigure;
        await _stopping.CancelAsync();
        await _loop;
        await journal.CloseAsync(cancellationToken);
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _stopping.Dispose();
    }

    private async Task LoopAsync()
    {
        try
        {
            while (await inbox.Letters.WaitToReadAsync(_stopping.Token))
            {
                clock.FollowWall();
                while (inbox.Letters.TryRead(out var letter))
                {
                    Handle(letter);
                }

                // By itself, too: the timer's own letter may have found the inbox full.
                Handle(Letter.TimeIsUp.Instance);
                SetTimer();
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private void Handle(Letter letter)
    {
        try
        {
            switch (letter)
            {
                case Letter.Observed observed when pools.Find(observed.Pool.Value) is { } pool:
                    Take(pool, observed.Input);
                    break;
                case Letter.Asked asked when pools.Find(asked.Pool.Value) is { } pool:
                    asked.Answer.TrySetResult(Answer(pool, asked));
                    break;
                case Letter.Reconfigure reconfigure:
                    Apply(reconfigure.Config);
                    reconfigure.Done.TrySetResult();
                    break;
                case Letter.Amended amended when amended.TryTake():
                    amended.Answer.TrySetResult(Amend(amended.Config, amended.Change));
                    break;
                case Letter.TimeIsUp:
                    Tick();
                    break;
            }
        }
        catch (Exception e)
        {
            // The top of the loop: a bug in a rule must not stop what comes after. It is counted and logged.
            Interlocked.Increment(ref _faults);
            Log.Fault(log, e, letter.GetType().Name);
        }
    }

    private Decision Take(Pool pool, PoolInput input)
    {
        var decision = Decider.Decide(pool.View.State, input);
        if (!decision.Events.IsEmpty)
        {
            Carry(pool, input, decision.Events);
        }

        return decision;
    }

    private void Carry(Pool pool, PoolInput input, ImmutableArray<PoolEvent> events)
    {
        var before = pool.View.State;
        var after = Applier.Apply(before, events);
        var old = pool.View;
        pool.Publish(new PoolView(after, Awaited(old, before, after), pool.Setup.Options));
        if (!pool.View.Serving.SequenceEqual(old.Serving))
        {
            destinations.Update(pool);
        }

        EndStreaks(pool, events);
        _alarms.Set(pool);
        var records = events.Where(e => !e.IsQuiet).Select(e => history.Record(clock.Wall(e.At), pool.Id, e)).ToList();
        var step = new Step(pool, input, before, after, records);
        foreach (var reactor in _reactors)
        {
            Tell(reactor, step);
        }
    }

    // Who comes back begins anew; otherwise the first failure after an ejection would be one too many. A suspicion that a probe has cleared
    // is no reason: only a request that was answered well ends a row of failed ones.
    private static void EndStreaks(Pool pool, ImmutableArray<PoolEvent> events)
    {
        foreach (var happened in events)
        {
            BackendId? back = happened switch
            {
                PoolEvent.BackendCameUp e => e.Backend,
                PoolEvent.BackendReset e => e.Backend,
                _ => null,
            };
            if (back is { } id)
            {
                pool.Members.GetValueOrDefault(id.Value)?.ComeBack();
            }
        }
    }

    private void Tell(IReactor reactor, Step step)
    {
        try
        {
            reactor.React(step);
        }
        catch (Exception e)
        {
            // The verdict stands. A bug in one reactor must not keep the step from the others, nor the answer from an operator.
            Interlocked.Increment(ref _faults);
            Log.ReactorFault(log, e, reactor.GetType().Name);
        }
    }

    private static FirstAnswer? Awaited(PoolView old, PoolState before, PoolState after) => (after.Window, after.Epoch == before.Epoch) switch
    {
        (null, _) or ({ FirstAnswerAt: not null }, _) => null,
        (_, true) => old.Awaited,
        _ => new FirstAnswer(after.Epoch, after.Active.Backends),
    };

    private Answer Answer(Pool pool, Letter.Asked asked)
    {
        var decision = Take(pool, asked.Input);
        var accepted = decision.Reason.Code != ReasonCode.CommandRefused;
        return new Answer(accepted, history.LastSequence, pool.View.State.Epoch, decision.Reason.Sentence);
    }

    private void Tick()
    {
        foreach (var pool in _alarms.Due(clock.Now).Where(pool => ReferenceEquals(pools.Find(pool.Id.Value), pool)))
        {
            Take(pool, new PoolInput.Ticked(clock.Now, pool.Counters.Tally));
            _alarms.Set(pool);
        }
    }

    private void SetTimer()
    {
        if (!_alarms.HasMoved(out var due))
        {
            return;
        }

        var wait = due is { } at ? at - clock.Now : Timeout.InfiniteTimeSpan;
        // A millisecond more than asked for: timers round down, and one that comes early would have to be set again.
        _timer?.Change(due is null ? wait : TimeSpan.FromMilliseconds(Math.Max(0, wait.TotalMilliseconds) + 1), Timeout.InfiniteTimeSpan);
    }

    // Waited for, with a bound, on the gate's own thread: YARP shall meet the new names when they are known here.
    private void Reconfigure(AcceptedConfig config)
    {
        try
        {
            inbox.ReconfigureAsync(config, _stopping.Token).Wait(ReconfigureLimit, _stopping.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or AggregateException { InnerException: OperationCanceledException })
        {
            // The host stops.
        }
    }

    private Answer Amend(AcceptedConfig config, Amendment.Change change)
    {
        if (pools.Find(change.Pool.Value) is not { } pool)
        {
            return new Answer(Accepted: false, history.LastSequence, Epoch.First, $"There is no pool '{change.Pool}'.");
        }

        if (change.Objection(pool.View.State) is { } objection)
        {
            return new Answer(Accepted: false, history.LastSequence, pool.View.State.Epoch, objection);
        }

        Apply(config, change.Because);
        return new Answer(Accepted: true, history.LastSequence, pool.View.State.Epoch, $"{change.Because}.");
    }

    private void Apply(AcceptedConfig config, string? because = null)
    {
        var kept = config.Pools.Select(setup => (Setup: setup, Pool: pools.Find(setup.Id))).ToList();
        pools.Swap(kept.Select(entry => entry.Pool ?? new Pool(entry.Setup, PoolState.Create(entry.Setup.Definition, clock.Now))));
        _alarms.Keep(pools.All.Values);
        foreach (var (setup, pool) in kept.Where(entry => entry.Pool is not null))
        {
            var old = pool!.Setup.Addresses;
            pool.Reconfigure(setup);
            // Some settings are the view's alone, such as weights, and lead to no event.
            pool.Publish(new PoolView(pool.View.State, pool.View.Awaited, setup.Options));
            Take(pool, new PoolInput.Configured(clock.Now, pool.Counters.Tally, setup.Definition) { Because = because });
            foreach (var (id, address) in setup.Addresses.Where(entry => old.TryGetValue(entry.Key, out var before) && before.Address != entry.Value.Address))
            {
                // What was known of the machine at the old address says nothing of the one at the new.
                var reset = new Command.Reset(new BackendId(id));
                Take(pool, new PoolInput.Commanded(clock.Now, pool.Counters.Tally, reset, $"the configuration, with {address.Address},"));
            }
        }

        foreach (var pool in pools.All.Values)
        {
            destinations.Update(pool);
        }

        pools.Announce();
    }
}
