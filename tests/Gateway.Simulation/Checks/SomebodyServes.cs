using Gateway.Core;
using Gateway.Core.Judging;
using Gateway.Simulation.Worlds;

namespace Gateway.Simulation.Checks;

/// <summary>10. As long as a backend is configured and not disabled, one can be selected; and whoever is fit goes before whoever is not.</summary>
internal sealed class SomebodyServes(World world) : Check(world, 10)
{
    public override void Stepped(in Step step)
    {
        if (step.Decision.Events.IsEmpty)
        {
            return;
        }

        var (may, fit) = (false, false);
        foreach (var id in step.After.Definition.Backends)
        {
            var backend = step.After.Backends[id];
            may |= backend.Admin != Admin.Disabled;
            fit |= backend.IsFit;
        }

        var serving = Ranking.Serving(step.After);
        Require(!may || !serving.IsEmpty, "a backend is not disabled, but none can be selected");
        foreach (var id in serving)
        {
            var backend = step.After.Backends[id];
            Require(backend.Admin != Admin.Disabled, $"{id} is disabled, and is selected");
            Require(backend.IsFit || !fit || step.After.Forced || !step.After.Tuning.Enforced, $"{id} is selected although it cannot serve and others can");
        }
    }
}
