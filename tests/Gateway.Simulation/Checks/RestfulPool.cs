using Gateway.Core;
using Gateway.Simulation.Worlds;

namespace Gateway.Simulation.Checks;

/// <summary>
/// 8. Switches in any window are no more than the hold-down allows; for flapping of any period the ejection time does not shrink.
/// </summary>
internal sealed class RestfulPool(World world) : Check(world, 8)
{
    // Clocks go wrong a little, and a journal keeps times by another one.
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1) - TimeSpan.FromSeconds(3);

    public override void Stepped(in Step step)
    {
        foreach (var happened in step.Decision.Events)
        {
            switch (happened)
            {
                case PoolEvent.ActiveChanged { Revision: 0, IsAutomatic: true }:
                    Counts(step);
                    break;
                case PoolEvent.BackendWentDown { Ejected: true, Until: { } until } down:
                    Lengthens(step, down, until - down.At);
                    break;
            }
        }

        if (step.Decision.Proposal is { Verdict.IsAutomatic: true })
        {
            Counts(step);
        }
    }

    private void Counts(in Step step)
    {
        // Another limit, or an operator's release, begins the count anew.
        var most = step.After.Tuning.MaxChangesPerHour;
        if (most == 0 || step.Input is PoolInput.Configured or PoolInput.Commanded { Command: Command.Release })
        {
            return;
        }

        var count = 0;
        foreach (var change in step.Ledger.Changes)
        {
            count += step.Input.At - change < Hour ? 1 : 0;
        }

        Require(count < most, $"change number {count + 1} within the hour, where {most} are allowed");
    }

    private void Lengthens(in Step step, PoolEvent.BackendWentDown down, TimeSpan time)
    {
        ref var entry = ref step.Ledger.Of(down.Backend);
        if (entry.EjectionTime == default)
        {
            return;
        }

        var good = entry.Good + (entry.UpAt is { } up ? down.At - up : TimeSpan.Zero);
        var forgets = step.After.Tuning.EjectionMemory * 2;
        Require(
            good >= forgets || time >= entry.EjectionTime,
            $"{down.Backend} is ejected for {time.TotalSeconds} s, after {entry.EjectionTime.TotalSeconds} s and {good.TotalSeconds} good ones");
        Require(
            time <= step.After.Tuning.EjectionLimit || down.Ejections == 1,
            $"{down.Backend} is ejected for {time.TotalSeconds:0.#} s, more than the limit");
    }
}
