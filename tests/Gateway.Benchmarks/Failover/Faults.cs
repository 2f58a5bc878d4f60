using Gateway.Benchmarks.Failover.Backends;
using Gateway.Benchmarks.Failover.Results;
using Gateway.Benchmarks.Processes;
using Gateway.Benchmarks.Roles.Faulty;

namespace Gateway.Benchmarks.Failover;

/// <summary>The rows of the table.</summary>
internal static class Faults
{
    public static readonly IReadOnlyList<Fault> All =
    [
        new("sigkill", "SIGKILL", new Must { PostsInFlight = true, LongestGet = 15, ComparedToPeers = true }, Spares: 1,
            Schedule.BreakAndMend(stage => stage.KillAsync(stage.Primary), stage => stage.Primary.ComeBackAsync())),
        new("sigstop", "SIGSTOP (hang)", new Must { FailedPosts = 25, LongestGet = 150 }, Spares: 0,
            Schedule.BreakAndMend(stage => stage.SignalAsync(Signal.Stop), stage => stage.SignalAsync(Signal.Continue))),
        Misbehaves("reset-connections", "resets every connection", FaultMode.ResetConnections,
            new Must { FailedPosts = 8, LongestGet = 50, ComparedToPeers = true }),
        Misbehaves("503", "503 to everything", FaultMode.Unavailable, Prompt),
        Misbehaves("500", "500, but /health says 200", FaultMode.Error, Prompt),
        Misbehaves("403", "403, but /health says 200", FaultMode.Forbidden, Prompt),
        Misbehaves("slow", "answers take 2 s, /health is fast", FaultMode.Slow, new Must { FailedPosts = 25, LongestGet = 150, PostP99 = 150 }),
        Misbehaves("reset-requests", "resets requests, /health is fine", FaultMode.ResetRequests, Prompt),
        Misbehaves("half-way", "breaks off every answer half-way", FaultMode.HalfWay, new Must { FailedGets = null, Broken = 10 }),
        new("flapping", "dies and comes back every second", new Must { PostsInFlight = true, LongestGet = 50, ComparedToPeers = true, Changes = 4 },
            Schedule.Flaps, Flapping()),
        new("both", "both die for 2 s", new Must { PostsInFlight = true, LongestGet = 2500 }, Spares: 1,
            new Step(Schedule.Break, stage => stage.KillAsync(stage.Primary, stage.Standby)),
            new Step(Schedule.Break + Schedule.Blackout, stage => Task.WhenAll(stage.Primary.ComeBackAsync(), stage.Standby.ComeBackAsync()))),
    ];

    private static Must Prompt => new() { FailedPosts = 5, LongestGet = 15, ComparedToPeers = true };

    private static Fault Misbehaves(string key, string title, FaultMode mode, Must must) =>
        new(key, title, must, Spares: 0, Schedule.BreakAndMend(stage => stage.MisbehaveAsync(mode), stage => stage.MisbehaveAsync(FaultMode.None)));

    private static Step[] Flapping()
    {
        var steps = new List<Step>();
        for (var flap = 0; flap < Schedule.Flaps; flap++)
        {
            var death = Schedule.Break + (flap * Schedule.Flap);
            steps.Add(new Step(death, stage => stage.KillAsync(stage.Primary)));
            steps.Add(new Step(death + (Schedule.Flap / 2), stage => stage.Primary.ComeBackAsync()));
        }

        return [.. steps];
    }
}
