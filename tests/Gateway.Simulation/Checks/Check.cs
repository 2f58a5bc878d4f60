using System.Runtime.CompilerServices;
using Gateway.Core;
using Gateway.Simulation.Gateways;
using Gateway.Simulation.Worlds;

namespace Gateway.Simulation.Checks;

/// <summary>What one gateway did in one step, and what had been noted of it before.</summary>
internal readonly record struct Step(Peer Peer, Ledger Ledger, PoolState Before, PoolInput Input, Decision Decision, PoolState After);

/// <summary>One invariant, with bookkeeping of its own.</summary>
internal abstract class Check(World world, int number)
{
    protected World World => world;

    public int Number => number;

    public virtual void Stepped(in Step step)
    {
    }

    public virtual void Crashed(Peer peer, Line? last)
    {
    }

    public virtual void Restarted(Peer peer, Ledger ledger)
    {
    }

    /// <summary>The good time is over.</summary>
    public virtual void Ended()
    {
    }

    /// <summary>It was put to the test, and held so far.</summary>
    protected void Proven() => world.Report.Proven(number);

    protected void Require(bool holds, string otherwise)
    {
        world.Report.Proven(number);
        if (!holds)
        {
            throw new BrokenException(number, otherwise);
        }
    }

    protected void Require(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref Otherwise otherwise)
    {
        world.Report.Proven(number);
        if (!holds)
        {
            throw new BrokenException(number, otherwise.Tell());
        }
    }

    protected static void Break(int number, string what) => throw new BrokenException(number, what);
}
