using Gateway.Core;

namespace Gateway.Simulation.Gateways;

/// <summary>What really became of an attempt.</summary>
internal enum Ending
{
    Answered,
    AnsweredLate,
    BadStatus,
    BrokenOff,
    Refused,
    Unreachable,
    NoAnswer,

    /// <summary>The client left.</summary>
    Left,
}

/// <summary>One request of one client on its way through a gateway.</summary>
internal sealed class Request
{
    /// <summary>It may be repeated.</summary>
    public bool Safe { get; init; }

    /// <summary>It fails wherever it goes.</summary>
    public bool Poison { get; init; }

    /// <summary>Its client leaves before it can be answered.</summary>
    public bool Leaves { get; init; }

    public int Attempts { get; set; }

    /// <summary>Machines where it was tried, one bit each.</summary>
    public int Tried { get; set; }

    public bool Over { get; set; }

    /// <summary>The last failure, which is held against its backend when the request was answered elsewhere, or is over.</summary>
    public (int Machine, Fault Fault, bool Counts)? Open { get; set; }

    public Fault? PoisonFault { get; set; }
}
