using Gateway.Core;
using Gateway.Failover.Configuration;
using Gateway.Failover.Configuration.Amending;
using Gateway.Failover.WhatIf;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Tests.WhatIf;

/// <summary>A pool of a primary and a secondary with the demo's times, to replay traces with.</summary>
internal static class Replays
{
    public static PoolSetup Setup(Action<PoolOptions>? change = null)
    {
        var options = new PoolOptions { Tiers = [["primary"], ["secondary"]] };
        options.Probe.Interval = options.Probe.Timeout = TimeSpan.FromMilliseconds(500);
        options.Probe.FastInterval = TimeSpan.FromMilliseconds(100);
        options.Attempts.Timeout = TimeSpan.FromSeconds(1);
        options.Failback.StableTime = TimeSpan.FromSeconds(5);
        change?.Invoke(options);
        var destinations = options.Tiers.SelectMany(tier => tier).ToDictionary(id => id, id => new DestinationConfig { Address = $"http://{id}.test/" });
        return PoolSetup.From(new ClusterConfig { ClusterId = "api", Destinations = destinations }, options, new Dictionary<string, FailoverRouteOptions>(), PoolAmendments.None);
    }

    /// <param name="events">The list of a trace's events.</param>
    public static ReplayOutcome Run(string events, string duration = "30s", string more = "", PoolSetup? setup = null, int seed = 1) =>
        Replay.Run("t.json", TraceFormat.Read("t.json", $$"""{ "duration": "{{duration}}", "events": [{{events}}]{{more}} }"""), setup ?? Setup(), seed);

    public static string[] Rules(ReplayOutcome outcome) => [.. outcome.Timeline.Entries.Select(entry => entry.Rule).OfType<string>()];

    public static string[] Switches(ReplayOutcome outcome) => [.. outcome.Timeline.Changes.Select(change => $"{change.Kind} to {change.To}")];

    public static double Second(PoolEvent happened) => happened.At.Ticks / (double)TimeSpan.TicksPerSecond;

    public static string Text(ReplayOutcome outcome, int width = 100) =>
        OutcomeText.Of(new Trace("A story.", null, TimeSpan.Zero, new Traffic(), [], []), 1, [new NamedOutcome("a.json", outcome)], width);
}
