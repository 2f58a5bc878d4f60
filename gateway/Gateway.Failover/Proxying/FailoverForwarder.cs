using System.Net.Http;
using System.Runtime.CompilerServices;
using Gateway.Core;
using Gateway.Failover.Attempts;
using Gateway.Failover.Engine;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Gateway.Failover.Proxying;

/// <summary>
/// YARP's forwarder with failover: stock YARP does the forwarding, but sends through an invoker of ours that may try several backends; when
/// all is over, the request's end is counted and a client that got nothing is told what happened.
/// </summary>
internal sealed class FailoverForwarder(
    IHttpForwarder yarp, PoolDirectory pools, AttemptServices services, RequestMetrics metrics, FailureLog failures) : IHttpForwarder
{
    public ValueTask<ForwarderError> SendAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer) =>
        SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, CancellationToken.None);

    public ValueTask<ForwarderError> SendAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer,
        CancellationToken cancellationToken)
    {
        // Direct forwarding, and clusters that are no pools, are YARP's own affair.
        var route = context.Features.Get<IReverseProxyFeature>();
        return route?.ProxiedDestination is not null && pools.Find(route.Cluster.Config.ClusterId) is { } pool
            ? ForwardAsync(context, destinationPrefix, requestConfig, transformer, route, pool, cancellationToken)
            : yarp.SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, cancellationToken);
    }

    private ValueTask<ForwarderError> ForwardAsync(
        HttpContext context, string prefix, ForwarderRequestConfig config, HttpTransformer transformer, IReverseProxyFeature route, Pool pool,
        CancellationToken cancel)
    {
        var started = services.Clock.Time.GetTimestamp();
        var view = pool.View;
        view.Awaited?.Ask(services.Clock.Now);
        var attempts = new AttemptInvoker(context, route, pool, view, services, started);
        return view.Candidates.IsEmpty ? RefuseAsync(context, pool, attempts, StatusCodes.Status503ServiceUnavailable)
            : services.LoopGuard.Closes(context.Request) ? RefuseAsync(context, pool, attempts, StatusCodes.Status508LoopDetected)
            : EndAsync(context, pool, attempts, started, yarp.SendAsync(context, prefix, attempts, config, transformer, cancel));
    }

    // Kept small, for it lies in memory until the request is over.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ForwarderError> EndAsync(
        HttpContext context, Pool pool, AttemptInvoker attempts, long started, ValueTask<ForwarderError> forwarding)
    {
        using (attempts)
        {
            var error = await forwarding;
            var end = End(context, error, attempts);
            Close(pool, end, attempts, services.Clock.Time.GetElapsedTime(started));
            if (end == RequestEnd.Failed)
            {
                var untold = error != ForwarderError.None && !context.Response.HasStarted;
                if (untold && attempts.Failures is { NotServed: true })
                {
                    Problems.NotServed(context, pool);
                }
                else if (untold && IsBackends(error))
                {
                    attempts.NoteBrokenOff();
                }

                failures.Failed(context, pool, attempts);
                if (untold)
                {
                    await Problems.WriteAsync(context, pool, attempts);
                }
            }

            return error;
        }
    }

    private async ValueTask<ForwarderError> RefuseAsync(HttpContext context, Pool pool, AttemptInvoker attempts, int status)
    {
        context.Response.StatusCode = status;
        pool.Counters.Count(RequestEnd.Failed);
        pool.Watched?.Ended(RequestEnd.Failed, services.Clock.Now, TimeSpan.Zero, isStream: false);
        failures.Failed(context, pool, attempts);
        await Problems.WriteAsync(context, pool, attempts);
        return ForwarderError.NoAvailableDestinations;
    }

    private static RequestEnd End(HttpContext context, ForwarderError error, AttemptInvoker attempts)
    {
        if (error == ForwarderError.None)
        {
            return attempts.AnsweredBadly ? RequestEnd.Failed : attempts.Failures?.Reason is null ? RequestEnd.Ok : RequestEnd.Rescued;
        }

        if (attempts.ClosedWithBackend)
        {
            return RequestEnd.Ok;
        }

        return !IsBackends(error) && (Faults.ClientLeft(context) || IsClients(error)) ? RequestEnd.Aborted : RequestEnd.Failed;
    }

    // An answer that broke off. YARP then hangs up on the client itself, which soon after looks as if the client had left.
    private static bool IsBackends(ForwarderError error) => error is
        ForwarderError.ResponseBodyDestination or ForwarderError.UpgradeRequestDestination or ForwarderError.UpgradeResponseDestination;

    // A WebSocket on which nobody said anything for too long is closed; that is the conversation's end and no fault of the backend's.
    // RequestCanceled and ResponseBodyCanceled are not among them: YARP says so of timeouts too. Whether the client left is known otherwise.
    private static bool IsClients(ForwarderError error) => error is
        ForwarderError.RequestBodyClient or ForwarderError.RequestBodyCanceled or ForwarderError.ResponseBodyClient
        or ForwarderError.UpgradeRequestClient or ForwarderError.UpgradeRequestCanceled
        or ForwarderError.UpgradeResponseClient or ForwarderError.UpgradeResponseCanceled
        or ForwarderError.UpgradeActivityTimeout or ForwarderError.RequestCreation;

    private void Close(Pool pool, RequestEnd end, AttemptInvoker attempts, TimeSpan took)
    {
        Count(pool, end, attempts, took);
        // Last, for with this very request something may have begun to be wrong.
        pool.Watched?.Ended(end, services.Clock.Now, took, attempts.IsStream);
    }

    private void Count(Pool pool, RequestEnd end, AttemptInvoker attempts, TimeSpan took)
    {
        pool.Counters.Count(end);
        metrics.Record(pool.Id.Value, took);
        pool.Latency.Record(took);
        var backend = attempts.Current;
        if (backend is null)
        {
            return;
        }

        if (end is RequestEnd.Ok or RequestEnd.Rescued)
        {
            backend.Count(AttemptEnd.Good);
            backend.EndStreak();
            if (attempts.IsTrial)
            {
                services.Inbox.AttemptSucceeded(pool, backend);
            }

            if (attempts.IsSlow)
            {
                backend.CountSlow();
            }

            if (end == RequestEnd.Rescued)
            {
                pool.Attempts.CountRescue(attempts.Failures!.Reason!.Value);
            }
        }
        else if (attempts is { Made: > 0, AnsweredBadly: false } && end == RequestEnd.Failed)
        {
            // The answer began well and broke off.
            backend.Count(AttemptEnd.Broken);
            services.Inbox.AttemptFailed(pool, backend, new Fault(FaultKind.Broken, "answer broke off"), backend.AddToStreak(), attempts.IsTrial);
        }
        else if (attempts is { Made: > 0, AnsweredBadly: false })
        {
            backend.Count(AttemptEnd.ClientLeft);
        }
    }
}
