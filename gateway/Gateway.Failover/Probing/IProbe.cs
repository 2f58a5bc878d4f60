using Gateway.Core;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Probing;

/// <summary>A way to look at a backend.</summary>
internal interface IProbe
{
    /// <summary>What a backend owes that does not answer in time, in a word.</summary>
    string Awaited { get; }

    /// <summary>Looks once. Throws what the transport throws, and is cancelled at its deadline; <see cref="TimedProbe"/> makes outcomes of both.</summary>
    Task<ProbeOutcome> LookAsync(ProbeTarget target, ProbeClient client, CancellationToken cancel);
}

/// <summary>Whom to look at, and how.</summary>
/// <param name="View">The pool as it is now: a backend learns the epoch from its probes, too.</param>
internal sealed record ProbeTarget(Backend Backend, BackendAddress Address, ProbeOptions Options, PoolView View);
