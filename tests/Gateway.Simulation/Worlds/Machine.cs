using Gateway.Core;

namespace Gateway.Simulation.Worlds;

/// <summary>How a backend really is.</summary>
internal enum Condition
{
    Well,

    /// <summary>Refuses connections.</summary>
    Dead,

    /// <summary>Accepts connections and answers nothing.</summary>
    Hung,

    /// <summary>Answers 500 to everything, probes included.</summary>
    Erring,

    /// <summary>Answers 500 to requests, while its probe passes.</summary>
    Gray,

    /// <summary>Every second request fails, while its probe passes.</summary>
    Flaky,

    /// <summary>Answers late, while its probe passes.</summary>
    Slow,

    /// <summary>Answers, and asks for no new requests.</summary>
    Leaving,
}

/// <summary>A backend as it really is, which no gateway ever sees.</summary>
internal sealed class Machine(int index)
{
    public int Index => index;

    public BackendId Id { get; } = Scenery.Id(index);

    public Condition Condition { get; private set; }

    public TimeSpan Since { get; private set; }

    /// <summary>Grows with every fault, so that the end of an older one does not mend a newer.</summary>
    public int Turn { get; private set; }

    public bool FailsProbes => Condition is Condition.Dead or Condition.Hung or Condition.Erring;

    public int Become(Condition condition, TimeSpan now)
    {
        if (condition != Condition)
        {
            (Condition, Since) = (condition, now);
        }

        return ++Turn;
    }
}

/// <summary>The way between a gateway and something that it talks to.</summary>
internal sealed class Link
{
    public bool Cut { get; private set; }

    public TimeSpan Since { get; private set; }

    public int Turn { get; private set; }

    public int Become(bool cut, TimeSpan now)
    {
        if (cut != Cut)
        {
            (Cut, Since) = (cut, now);
        }

        return ++Turn;
    }
}
