using Gateway.Core;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;

namespace Gateway.Failover.WhatIf;

/// <summary>The probes of one backend, and the connection watch, at the times at which the gateway would send them.</summary>
internal sealed class ProbeReplay
{
    /// <summary>Between two tries of the watch while nobody listens, as in <see cref="Probing.ConnectionWatch"/>.</summary>
    private static readonly TimeSpan WatchRetry = TimeSpan.FromMilliseconds(50);

    private readonly PoolReplay _pool;
    private readonly Backend _backend;
    private readonly BackendScript _script;
    private readonly Agenda _agenda;
    private readonly Random _dice;
    private readonly Action _release;
    private Instant _started;
    private bool _underWay;
    private bool _nudged;
    private long _planned;

    /// <param name="release">Lets the requests that are held try again.</param>
    public ProbeReplay(PoolReplay pool, Backend backend, BackendScript script, Agenda agenda, Random dice, Action release)
    {
        (_pool, _backend, _script, _agenda, _dice, _release) = (pool, backend, script, agenda, dice, release);
        // Somewhere between two probes: the gateway has not been started for the trace.
        Plan(agenda.Now + (Options.Interval * dice.NextDouble()));
        if (Options.Watch)
        {
            Watch();
        }

        pool.Decided += (input, _, _) =>
        {
            if (input is PoolInput.AttemptFailed failed && failed.Backend.Value == backend.Id)
            {
                Nudge();
            }
        };
    }

    private ProbeOptions Options => _pool.Setup.Options.Probe;

    private void Nudge()
    {
        if (_underWay)
        {
            _nudged = true;
        }
        else
        {
            Plan(Instant.Latest(_agenda.Now, _started + Options.FastInterval));
        }
    }

    private void Plan(Instant at)
    {
        var planned = ++_planned;
        _agenda.At(at, () =>
        {
            if (planned == _planned)
            {
                Send();
            }
        });
    }

    private void Send()
    {
        (_started, _underWay, _nudged) = (_agenda.Now, true, false);
        var (outcome, took) = _script.Probe(_started, Options.Timeout);
        _agenda.In(took, () => Complete(outcome));
    }

    private void Complete(ProbeOutcome outcome)
    {
        _underWay = false;
        _pool.Take(new PoolInput.ProbeCompleted(_agenda.Now, _pool.Tally, new BackendId(_backend.Id), outcome));
        if (outcome is ProbeOutcome.Passed && _pool.View.IsDown(_backend.Id))
        {
            _backend.Revive();
            _release();
        }

        var jitter = 1 + (Options.Jitter * ((2 * _dice.NextDouble()) - 1));
        Plan(Instant.Latest(_started + (_nudged ? TimeSpan.Zero : Interval() * jitter), _started + Options.FastInterval));
    }

    private TimeSpan Interval()
    {
        var state = _pool.View.State;
        var known = state.Backends[new BackendId(_backend.Id)];
        return state.Exhausted || known.Health is Health.Unknown or Health.Suspected ? Options.FastInterval
            : known is { Health: Health.Down, Evidence.PassedProbes: 0 } && state.Backends.Values.Any(other => other.IsSound) ? Longer()
            : Options.Interval;
    }

    private TimeSpan Longer() => Options.SlowInterval > Options.Interval ? Options.SlowInterval : Options.Interval;

    private void Watch()
    {
        foreach (var (from, to) in _script.Deaths)
        {
            var known = Instant.Latest(from + BackendScript.Instantly, _agenda.Now);
            if (to is not { } back)
            {
                _agenda.At(known, Refused);
            }
            else if (back > known)
            {
                _agenda.At(known, Refused);
                var tries = Math.Ceiling((back - known) / WatchRetry);
                _agenda.At(known + (WatchRetry * tries), Connected);
            }
        }
    }

    private void Refused()
    {
        _backend.Refusing = true;
        _pool.Take(new PoolInput.ConnectionRefused(
            _agenda.Now, _pool.Tally, new BackendId(_backend.Id), new Fault(FaultKind.Connect, "connection refused")));
    }

    private void Connected()
    {
        _backend.Refusing = false;
        Nudge();
        _backend.Revive();
        _release();
    }
}
