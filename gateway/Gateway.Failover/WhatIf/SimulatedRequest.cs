using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Failover.Attempts;
using Gateway.Failover.Engine;

namespace Gateway.Failover.WhatIf;

/// <summary>One client's request on its way through the attempts.</summary>
/// <param name="view">The pool as it was when the request came.</param>
internal sealed class SimulatedRequest(Instant arrived, RequestMethod method, PoolView view)
{
    public Instant Arrived => arrived;

    public RequestMethod Method => method;

    /// <summary>A GET has none, and that of a POST streams through.</summary>
    public BodyKind Body => method == RequestMethod.Safe ? BodyKind.None : BodyKind.Streamed;

    public PoolView View => view;

    /// <summary>Attempts made, hedges included.</summary>
    public int Made { get; set; }

    public bool PossiblySent { get; set; }

    public bool NobodyReached { get; set; }

    /// <summary>A backend has answered, if badly.</summary>
    public bool HasAnswer { get; set; }

    public bool HedgeRefused { get; set; }

    /// <summary>The budget has been asked for its next attempt already.</summary>
    public bool IsPaid { get; set; }

    /// <summary>Something went wrong on the way to its answer.</summary>
    public bool WentWrong { get; set; }

    public bool IsOver { get; set; }

    /// <summary>Until when it may be held; null before the first time.</summary>
    public Instant? HeldUntil { get; set; }

    public bool IsHeld { get; set; }

    public Fault? Last { get; private set; }

    /// <summary>Whom it was sent to, and how often each had come back by then.</summary>
    public Dictionary<string, long> Tried { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The attempts under way: one, or two with a hedge.</summary>
    public List<SimulatedAttempt> UnderWay { get; } = new(1);

    private (Backend Backend, Fault Fault, bool IsTrial)? Open { get; set; }

    private Fault? Poison { get; set; }

    /// <summary>
    /// An attempt has failed. It counts against its backend only when the next one shows that it was the backend's fault; see
    /// <see cref="Failures"/>, whose rule this is.
    /// </summary>
    /// <returns>An earlier failure that counts from now on.</returns>
    public (Backend Backend, Fault Fault, bool IsTrial)? Add(SimulatedAttempt attempt, Fault fault)
    {
        (Last, WentWrong, NobodyReached) = (fault, true, NobodyReached || fault.Kind == FaultKind.Connect);
        if (Poison is null && Open is { } open && AttemptPlan.IsPoison(open.Fault, fault))
        {
            Poison = open.Fault;
        }

        if (Poison is { } poison && AttemptPlan.IsPoison(poison, fault))
        {
            Open = null;
            return null;
        }

        var settled = Open;
        Open = (attempt.Backend, fault, attempt.IsTrial);
        return settled;
    }

    /// <summary>The request is over: the last failure was its backend's.</summary>
    public (Backend Backend, Fault Fault, bool IsTrial)? Settle()
    {
        var settled = Open;
        Open = null;
        return settled;
    }
}

/// <summary>One attempt of a request.</summary>
internal sealed class SimulatedAttempt(SimulatedRequest request, Backend backend, Lane? lane, Instant began)
{
    public SimulatedRequest Request => request;

    public Backend Backend => backend;

    /// <summary>Where its silence is counted; null where that is not judged.</summary>
    public Lane? Lane => lane;

    public Instant Began => began;

    /// <summary>It tries whether a backend that was ejected is well again.</summary>
    public bool IsTrial { get; init; }

    public bool SilenceNoted { get; set; }

    public bool IsOver { get; set; }
}
