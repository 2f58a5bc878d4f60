using Gateway.Core;
using Gateway.Failover.Attempts;
using Gateway.Failover.Configuration;

namespace Gateway.Failover.Probing;

/// <summary>The probe that a pool has chosen, with its deadline: however it ends, it ends in time and with an outcome.</summary>
internal sealed class TimedProbe(TimeProvider time)
{
    private readonly IProbe _http = new HttpProbe();
    private readonly IProbe _tcp = new TcpProbe();
    private readonly IProbe _grpc = new GrpcHealthProbe();

    public async Task<(ProbeOutcome Outcome, TimeSpan Took)> SendAsync(ProbeTarget target, ProbeClient client, CancellationToken cancel)
    {
        var (probe, timeout) = (Of(target.Options.Kind), target.Options.Timeout);
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        var started = time.GetTimestamp();
        ProbeOutcome outcome;
        try
        {
            outcome = await probe.LookAsync(target, client, either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            outcome = new ProbeOutcome.Failed(new Fault(FaultKind.Timeout, $"no {probe.Awaited} within {timeout.TotalMilliseconds:0} ms"));
        }
        catch (Exception e) when (e is not OperationCanceledException && (Faults.IsTransports(e) || e is ObjectDisposedException))
        {
            outcome = new ProbeOutcome.Failed(Faults.Of(e));
        }

        if (outcome is ProbeOutcome.Failed { Fault.Kind: not FaultKind.Status })
        {
            client.Drop();
        }

        return (outcome, time.GetElapsedTime(started));
    }

    private IProbe Of(ProbeKind kind) => kind switch
    {
        ProbeKind.Http => _http,
        ProbeKind.Tcp => _tcp,
        ProbeKind.Grpc => _grpc,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
