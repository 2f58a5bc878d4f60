using Gateway.Benchmarks.Failover.Backends;

namespace Gateway.Benchmarks.Failover;

/// <summary>The moments of every cell, from the start of the load.</summary>
internal static class Schedule
{
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(18);
    public static readonly TimeSpan Break = TimeSpan.FromSeconds(4);
    public static readonly TimeSpan Mend = TimeSpan.FromSeconds(10);

    /// <summary>How long both are dead where both die.</summary>
    public static readonly TimeSpan Blackout = TimeSpan.FromSeconds(2);

    /// <summary>Where the primary keeps dying: from one death to the next. It is dead for half of that.</summary>
    public static readonly TimeSpan Flap = TimeSpan.FromSeconds(1);

    /// <summary>From here on, after the break, a slow backend has to be noticed.</summary>
    public static readonly TimeSpan Notice = TimeSpan.FromSeconds(1);

    /// <summary>How many times the primary dies where it keeps dying.</summary>
    public static int Flaps => (int)((Mend - Break) / Flap);

    public static Step[] BreakAndMend(Func<Stage, Task> breaks, Func<Stage, Task> mends) => [new(Break, breaks), new(Mend, mends)];

    /// <summary>Plays the steps by the clock of the load.</summary>
    public static async Task PlayAsync(this Stage stage, IEnumerable<Step> steps)
    {
        foreach (var step in steps)
        {
            var early = step.At - stage.Clock();
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early);
            }

            await step.Act(stage);
        }
    }
}
