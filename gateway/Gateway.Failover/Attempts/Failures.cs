using System.Net.Http;
using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Failover.Engine;
using Yarp.ReverseProxy.Model;

namespace Gateway.Failover.Attempts;

/// <summary>What a request carries along once not all went well.</summary>
/// <remarks>
/// A failed attempt counts against its backend only when the next one shows that it was the backend: where the repeat fails the same way
/// elsewhere, the request is at fault. So the last failure is kept until then.
/// </remarks>
internal sealed class Failures(Pool pool, Inbox inbox)
{
    private (Backend Backend, Fault Fault, bool IsTrial)? _open;
    private Fault? _poison;

    /// <summary>The backends that had their turn, and how often each had come back by then.</summary>
    public Dictionary<string, long> Tried { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Fault? Last { get; private set; }

    /// <summary>From what the request was rescued, if it is.</summary>
    public RescueReason? Reason { get; private set; }

    /// <summary>A backend refused the connection, or none could be made: waiting may help.</summary>
    public bool NobodyReached { get; set; }

    /// <summary>The request waited for a backend in vain, or found the queue full.</summary>
    public bool NotServed { get; set; }

    /// <summary>The body could not be sent again.</summary>
    public bool BodyGone { get; set; }

    /// <summary>There was no budget for another attempt.</summary>
    public bool OverBudget { get; set; }

    /// <summary>Until when it may be held. Set at the first time.</summary>
    public long HeldUntil { get; set; }

    /// <summary>Its place among those that wait, for the watch to end the waiting.</summary>
    public TaskCompletionSource<bool>? Place { get; set; }

    /// <summary>What the client gets if nobody does better; later bad answers are thrown away.</summary>
    public (HttpResponseMessage Response, DestinationState From)? FirstAnswer { get; set; }

    /// <summary>The attempt was ended because the verdict went against its backend, which is judged already.</summary>
    public void NoteCut(Fault fault)
    {
        Last = fault;
        Because(RescueReason.Verdict);
    }

    public void NoteTried(string backend) => Tried[backend] = pool.Members.GetValueOrDefault(backend)?.Revivals ?? 0;

    /// <summary>Who has come back since may have another turn.</summary>
    public void ForgetRevived()
    {
        foreach (var (id, revivals) in Tried)
        {
            if (pool.Members.TryGetValue(id, out var backend) && backend.Revivals != revivals)
            {
                Tried.Remove(id);
            }
        }
    }

    /// <summary>An answer that began well broke off; it is counted where it ends.</summary>
    public void NoteBrokenOff() => Last = new Fault(FaultKind.Broken, "answer broke off");

    public void Because(RescueReason reason) => Reason ??= reason;

    public void Add(Backend? backend, Fault fault, bool isTrial)
    {
        Last = fault;
        NobodyReached |= fault.Kind == FaultKind.Connect;
        Because(fault.Kind switch
        {
            FaultKind.Connect => RescueReason.Connect,
            FaultKind.Timeout => RescueReason.Timeout,
            FaultKind.Status => RescueReason.Status,
            _ => RescueReason.Broken,
        });
        if (IsPoison(fault))
        {
            _open = null;
        }
        else
        {
            Settle();
            _open = backend is null ? null : (backend, fault, isTrial);
        }
    }

    /// <summary>The request is over, or was answered well elsewhere: the last failure was its backend's.</summary>
    public void Settle()
    {
        if (_open is { } open)
        {
            _open = null;
            inbox.AttemptFailed(pool, open.Backend, open.Fault, open.Backend.AddToStreak(), open.IsTrial);
        }
    }

    private bool IsPoison(Fault fault)
    {
        if (_poison is null && _open is { } open && AttemptPlan.IsPoison(open.Fault, fault))
        {
            _poison = open.Fault;
            pool.Attempts.CountPoison();
            return true;
        }

        return _poison is { } poison && AttemptPlan.IsPoison(poison, fault);
    }
}
