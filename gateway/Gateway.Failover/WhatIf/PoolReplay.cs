using System.Collections.Frozen;
using System.Collections.Immutable;
using Gateway.Core;
using Gateway.Failover.Attempts;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;

namespace Gateway.Failover.WhatIf;

/// <summary>
/// A pool in simulated time: the same decisions, applied in the same way, as the engine's, and the same counters as a pool at work has. Only the queue in front
/// of the engine is missing, because nothing ever waits in it here.
/// </summary>
internal sealed class PoolReplay
{
    private static readonly TimeSpan TimerSlack = TimeSpan.FromMilliseconds(1);

    private readonly Agenda _agenda;
    private long _timer;

    /// <param name="begun">How long before the trace the pool began: whatever is forgiven to newcomers is over.</param>
    public PoolReplay(PoolSetup setup, Agenda agenda, TimeSpan begun)
    {
        (Setup, _agenda) = (setup, agenda);
        View = new PoolView(PoolState.Create(setup.Definition, new Instant(-begun.Ticks)), awaited: null, setup.Options);
        Members = setup.Definition.Backends.ToFrozenDictionary(id => id.Value, id => new Backend(id.Value), StringComparer.OrdinalIgnoreCase);
        Budget = new BudgetMeter(Counters);
        foreach (var id in setup.Definition.Backends)
        {
            var passed = new PoolInput.ProbeCompleted(View.State.ActiveSince, default, id, ProbeOutcome.Passed.Instance);
            View = new PoolView(Applier.Apply(View.State, Decider.Decide(View.State, passed).Events), awaited: null, setup.Options);
        }
    }

    /// <summary>Something has happened. Whoever listens must not decide on the spot, but ask the agenda.</summary>
    public event Action<PoolInput, Decision, PoolState>? Decided;

    public PoolSetup Setup { get; }

    public PoolView View { get; private set; }

    public FrozenDictionary<string, Backend> Members { get; }

    public PoolCounters Counters { get; } = new();

    public BudgetMeter Budget { get; }

    public Instant Now => _agenda.Now;

    public Tally Tally => Counters.Tally;

    public Decision Take(PoolInput input)
    {
        var before = View.State;
        var decision = Decider.Decide(before, input);
        if (!decision.Events.IsEmpty)
        {
            var after = Applier.Apply(before, decision.Events);
            View = new PoolView(after, Awaited(before, after), Setup.Options);
            EndStreaks(decision.Events);
        }

        Decided?.Invoke(input, decision, before);
        SetTimer();
        return decision;
    }

    // As the engine does: who comes back begins anew.
    private void EndStreaks(ImmutableArray<PoolEvent> events)
    {
        foreach (var happened in events)
        {
            if (Revived(happened) is { } id && happened is not PoolEvent.BackendAdminChanged)
            {
                Members[id.Value].ComeBack();
            }
        }
    }

    /// <summary>Whom an event gives another chance, as the watch over the requests sees it.</summary>
    public static BackendId? Revived(PoolEvent happened) => happened switch
    {
        PoolEvent.BackendCameUp e => e.Backend,
        PoolEvent.BackendReset e => e.Backend,
        PoolEvent.BackendAdminChanged e => e.Backend,
        _ => null,
    };

    private FirstAnswer? Awaited(PoolState before, PoolState after) => (after.Window, after.Epoch == before.Epoch) switch
    {
        (null, _) or ({ FirstAnswerAt: not null }, _) => null,
        (_, true) => View.Awaited,
        _ => new FirstAnswer(after.Epoch, after.Active.Backends),
    };

    private void SetTimer()
    {
        var set = ++_timer;
        if (Timers.NextDue(View.State) is { } due)
        {
            _agenda.At(due > Now ? due : Now + TimerSlack, () =>
            {
                if (set == _timer)
                {
                    Take(new PoolInput.Ticked(Now, Tally));
                }
            });
        }
    }
}
