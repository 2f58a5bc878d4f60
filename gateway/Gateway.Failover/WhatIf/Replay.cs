using System.Collections.Frozen;
using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Failover.Configuration;

namespace Gateway.Failover.WhatIf;

/// <summary>
/// What a pool would have made of a trace. The core decides, in simulated time; around it stand models of the backends, the probes and the requests, as small
/// as they can be. The same trace, configuration and seed give the same outcome, to the last tick.
/// </summary>
/// <remarks>
/// Not replayed is what needs a network: queues, bandwidth, lost packets, the time that the gateway itself takes. Nor are bodies, streams, routes of their own
/// and affinity. What a replay is good for is the comparison of two tunings on the same trace, not the last millisecond.
/// </remarks>
internal static class Replay
{
    // Longer than anything that is forgiven to newcomers.
    private static readonly TimeSpan RunsFor = TimeSpan.FromHours(25);

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <param name="seed">Of the dice: latencies, who feels a condition that only a share feels, which requests are POSTs, the jitter of probes.</param>
    /// <exception cref="TraceRefusedException">The trace names a backend that the pool has not.</exception>
    public static ReplayOutcome Run(string file, Trace trace, PoolSetup setup, int seed)
    {
        var (events, commands) = (Spelled(file, trace, setup), Commands(file, trace, setup));
        var dice = new Random(seed);
        var agenda = new Agenda(new Instant(0));
        var pool = new PoolReplay(setup, agenda, RunsFor);
        var timeline = new Timeline(pool);
        var figures = new RequestFigures(trace.Traffic);
        var scripts = setup.Definition.Backends.ToFrozenDictionary(
            id => id.Value, id => new BackendScript(events.Where(happened => happened.Backend == id.Value), trace.Traffic.UsualLatency), StringComparer.OrdinalIgnoreCase);
        foreach (var (id, script) in setup.Definition.Backends.Select(id => (id.Value, scripts[id.Value])))
        {
            foreach (var happened in script.Changes)
            {
                agenda.At(new Instant(happened.At.Ticks), () => timeline.Tell(id, happened));
            }
        }

        var requests = new RequestReplay(pool, scripts, agenda, dice, trace.Traffic, figures);
        foreach (var id in setup.Definition.Backends)
        {
            _ = new ProbeReplay(pool, pool.Members[id.Value], scripts[id.Value], agenda, new Random(dice.Next()), requests.Release);
        }

        foreach (var told in commands)
        {
            agenda.At(new Instant(told.At.Ticks), () => pool.Take(new PoolInput.Commanded(agenda.Now, pool.Tally, told.Command, "the trace")));
        }

        Send(trace, requests, agenda, dice);
        EachSecond(requests, agenda);
        var end = new Instant(trace.Duration.Ticks);
        agenda.RunUntil(end, () => true);
        figures.Close(end);
        // No more requests come, but the last of them get their end.
        agenda.RunUntil(end + setup.Deadline + setup.Options.Hold.Timeout, () => requests.AnyUnderWay);
        return new ReplayOutcome(timeline, figures, pool.View.State, agenda.Now);
    }

    private static void Send(Trace trace, RequestReplay requests, Agenda agenda, Random dice)
    {
        if (trace.Traffic.RequestsPerSecond <= 0)
        {
            return;
        }

        // One in each part of the time, somewhere: at equal distances they would all miss, or all meet, what happens on the second.
        var (gap, count) = (Second / trace.Traffic.RequestsPerSecond, 0L);
        void Arrive()
        {
            requests.Arrive(dice.NextDouble() < trace.Traffic.UnsafeShare ? RequestMethod.Unsafe : RequestMethod.Safe);
            Plan();
        }

        void Plan()
        {
            var at = gap * (count++ + dice.NextDouble());
            if (at < trace.Duration)
            {
                agenda.At(new Instant(at.Ticks), Arrive);
            }
        }

        Plan();
    }

    private static void EachSecond(RequestReplay requests, Agenda agenda) => agenda.In(Second, () =>
    {
        requests.EachSecond();
        EachSecond(requests, agenda);
    });

    // Ids are compared without case, as YARP does.
    private static List<TraceEvent> Spelled(string file, Trace trace, PoolSetup setup) =>
        [.. trace.Events.Select(happened => happened with { Backend = Find(file, setup, happened.Backend).Value })];

    private static List<TraceCommand> Commands(string file, Trace trace, PoolSetup setup) =>
    [
        .. trace.Commands.Select(told => CommandFormat.BackendOf(told.Command) is { } backend
            ? told with { Command = CommandFormat.Respelled(told.Command, Find(file, setup, backend.Value)) }
            : told),
    ];

    private static BackendId Find(string file, PoolSetup setup, string name)
    {
        foreach (var id in setup.Definition.Backends)
        {
            if (id.Value.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return id;
            }
        }

        throw new TraceRefusedException(
            $"{file}: the backend '{name}' is not in the pool {setup.Id}; allowed are {string.Join(", ", setup.Definition.Backends)}.");
    }
}
