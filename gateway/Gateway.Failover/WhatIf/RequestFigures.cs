using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Failover.Engine;

namespace Gateway.Failover.WhatIf;

/// <summary>What the requests of a replay came to, as their clients saw it.</summary>
internal sealed class RequestFigures(Traffic traffic)
{
    // Nobody notices less, and where few ask or answers take long, there is always somebody who waits.
    private readonly TimeSpan _negligible = new[]
    {
        TimeSpan.FromMilliseconds(50),
        traffic.UsualLatency * 3,
        traffic.RequestsPerSecond > 0 ? TimeSpan.FromSeconds(1) / traffic.RequestsPerSecond : TimeSpan.Zero,
    }.Max();

    private readonly HashSet<SimulatedRequest> _held = [];
    private Instant? _waitingSince;

    public long Requests { get; private set; }

    /// <summary>GETs whose client got no good answer.</summary>
    public long FailedSafe { get; private set; }

    /// <summary>POSTs whose client got no good answer.</summary>
    public long FailedUnsafe { get; private set; }

    /// <summary>Of both, those that the gateway took for good answers, because their status counts as none of the failures.</summary>
    public long PassedOn { get; private set; }

    /// <summary>Failed at one backend, answered well by another.</summary>
    public long Rescued { get; private set; }

    public long Held => _held.Count;

    public long Hedged { get; set; }

    public TimeSpan LongestWait { get; private set; }

    /// <summary>How long clients asked and nobody was answered well, all such times together.</summary>
    public TimeSpan Downtime { get; private set; }

    public void Arrive(SimulatedRequest request)
    {
        Requests++;
        _waitingSince ??= request.Arrived;
    }

    public void Hold(SimulatedRequest request) => _held.Add(request);

    /// <param name="status">With what it was answered; 0 for an error of the gateway's own.</param>
    public void End(SimulatedRequest request, RequestEnd end, int status, Instant at)
    {
        LongestWait = at - request.Arrived > LongestWait ? at - request.Arrived : LongestWait;
        if (end != RequestEnd.Failed && status < 400)
        {
            Rescued += end == RequestEnd.Rescued ? 1 : 0;
            Close(at);
            return;
        }

        PassedOn += end == RequestEnd.Failed ? 0 : 1;
        (FailedSafe, FailedUnsafe) = request.Method == RequestMethod.Safe ? (FailedSafe + 1, FailedUnsafe) : (FailedSafe, FailedUnsafe + 1);
    }

    /// <summary>Closes the stretch without a good answer that is open, at a good answer or at the end.</summary>
    public void Close(Instant at)
    {
        if (_waitingSince is { } since && at - since > _negligible)
        {
            Downtime += at - since;
        }

        _waitingSince = null;
    }
}
