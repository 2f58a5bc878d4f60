using Gateway.Core;
using Gateway.Failover.Attempts;
using Gateway.Failover.Engine;
using Gateway.Failover.Proxying;

namespace Gateway.Failover.Probing;

/// <summary>One HTTP GET: a 2xx status within the timeout passes. Redirects are not followed, the body is not read.</summary>
internal sealed class HttpProbe(ClusterClients clients, TimeProvider time)
{
    public async Task<(ProbeOutcome Outcome, TimeSpan Took)> SendAsync(
        Backend backend, Uri address, string? host, PoolView view, TimeSpan timeout, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Host = string.IsNullOrEmpty(host) ? null : host;
        if (view.EpochHeader is { } epoch)
        {
            request.Headers.TryAddWithoutValidation(FailoverHeaders.Epoch, epoch);
        }

        request.Headers.TryAddWithoutValidation("User-Agent", "gateway-probe");
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        var started = time.GetTimestamp();
        ProbeOutcome outcome;
        try
        {
            using var response = await clients.SendAsync(view.State.Id.Value, backend, request, either.Token);
            outcome = response.IsSuccessStatusCode
                ? ProbeOutcome.Passed.Instance
                : new ProbeOutcome.Failed(new Fault(FaultKind.Status, $"answered {(int)response.StatusCode}"));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            outcome = new ProbeOutcome.Failed(new Fault(FaultKind.Timeout, $"no answer within {timeout.TotalMilliseconds:0} ms"));
        }
        catch (Exception e) when (e is not OperationCanceledException && (Faults.IsTransports(e) || e is ObjectDisposedException))
        {
            outcome = new ProbeOutcome.Failed(Faults.Of(e));
        }

        return (outcome, time.GetElapsedTime(started));
    }
}
