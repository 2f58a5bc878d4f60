using System.Net.Http;
using System.Runtime.ExceptionServices;
using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Failover.Engine;
using Gateway.Failover.Proxying;
using Yarp.ReverseProxy.Model;

namespace Gateway.Failover.Attempts;

/// <summary>
/// What YARP's forwarder sends one client's request with. YARP has made the request and run its transforms; this decides at which backend it
/// is tried, again and again if need be, and hands the one answer back that the client shall get. Made per request; used once.
/// </summary>
internal sealed class AttemptInvoker(HttpContext context, IReverseProxyFeature route, Pool pool, PoolView view, HttpMessageInvoker client, Inbox inbox)
    : HttpMessageInvoker(Unused.Instance, disposeHandler: false)
{
    private List<string>? _tried;

    // The first real answer is what the client gets if nobody does better; later bad ones are thrown away.
    private (HttpResponseMessage Response, DestinationState From)? _firstAnswer;

    /// <summary>How many attempts were made.</summary>
    public int Made { get; private set; }

    /// <summary>The request may have reached a backend, and must not be repeated.</summary>
    public bool OutcomeUnknown { get; private set; }

    /// <summary>What went wrong last.</summary>
    public Fault? LastFault { get; private set; }

    /// <summary>The backend of the attempt under way, or of the one whose answer the client gets.</summary>
    public Backend? Current { get; private set; }

    /// <summary>The answer that the client gets has a status that counts as a failure.</summary>
    public bool AnsweredBadly { get; private set; }

    public override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var method = RequestShape.MethodOf(request, context);
        var tracking = RequestShape.Prepare(request, method, view);
        var body = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true
            ? BodyKind.Streamed
            : BodyKind.None;
        var destination = route.ProxiedDestination!;
        while (true)
        {
            var (response, error, outcome) = await TryAsync(request, method, body, destination, cancellationToken);
            var next = NextCandidate(destination, outcome);
            var step = AttemptPlan.Next(new AttemptFacts(
                method, body, outcome, tracking?.PossiblySent ?? true, Made, pool.Setup.Options.Attempts.Max, next is not null));
            if (step == AttemptStep.RetryElsewhere && !cancellationToken.IsCancellationRequested)
            {
                Keep(response, destination);
                RequestShape.Retarget(request, destination, next!);
                destination = next!;
                continue;
            }

            OutcomeUnknown = step == AttemptStep.GiveUp && response is null && method == RequestMethod.Unsafe && tracking?.PossiblySent != false;
            return Finish(response, error, step, destination);
        }
    }

    private async Task<(HttpResponseMessage? Response, Exception? Error, AttemptOutcome Outcome)> TryAsync(
        HttpRequestMessage request, RequestMethod method, BodyKind body, DestinationState destination, CancellationToken cancel)
    {
        Made++;
        var options = pool.Setup.Options.Attempts;
        var backend = Begin(destination);
        var timeout = AttemptPlan.MayCutShort(method, body, Made, options.Max, view.Candidates.Length > Made)
            ? AttemptTimeout.Start(options.Timeout, cancel)
            : null;
        try
        {
            var response = await client.SendAsync(request, timeout?.Token ?? cancel);
            return (response, null, Judge(backend, response));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            return (null, e, Judge(backend, e, cancel));
        }
        finally
        {
            // A body that is cut short is only a body of a request that has none; nobody holds the token any more.
            timeout?.End(reusable: true);
        }
    }

    private Backend? Begin(DestinationState destination)
    {
        Current?.Finish();
        Current = pool.Members.GetValueOrDefault(destination.DestinationId);
        Current?.Begin();
        return Current;
    }

    private AttemptOutcome Judge(Backend? backend, HttpResponseMessage response)
    {
        if (pool.FailureStatuses.Contains((int)response.StatusCode))
        {
            Fail(backend, AttemptEnd.Status, new Fault(FaultKind.Status, $"answered {(int)response.StatusCode}"));
            return AttemptOutcome.BadStatus;
        }

        if (backend is not null && view.Awaited?.IsFirst(backend.Id) == true)
        {
            inbox.FirstAnswered(pool, view.Awaited.Epoch);
        }

        return AttemptOutcome.Good;
    }

    private AttemptOutcome Judge(Backend? backend, Exception error, CancellationToken request)
    {
        if (context.RequestAborted.IsCancellationRequested || Faults.IsClients(error))
        {
            backend?.Count(AttemptEnd.ClientLeft);
            return AttemptOutcome.ClientLeft;
        }

        var fault = request.IsCancellationRequested ? new Fault(FaultKind.Timeout, "no answer within the request's time") : Faults.Of(error);
        var end = fault.Kind switch
        {
            FaultKind.Connect => AttemptEnd.Connect,
            FaultKind.Timeout => AttemptEnd.Timeout,
            _ => AttemptEnd.Broken,
        };
        Fail(backend, end, fault);
        return AttemptOutcome.Failed;
    }

    private void Fail(Backend? backend, AttemptEnd end, Fault fault)
    {
        LastFault = fault;
        if (backend is not null)
        {
            inbox.AttemptFailed(pool, backend, fault, backend.CountFailure(end));
        }
    }

    // The order of preference as it is now, which after a failure may be another than when the request began.
    private DestinationState? NextCandidate(DestinationState failed, AttemptOutcome outcome)
    {
        if (outcome == AttemptOutcome.Good)
        {
            return null;
        }

        (_tried ??= []).Add(failed.DestinationId);
        foreach (var candidate in pool.View.Candidates)
        {
            if (!_tried.Contains(candidate) && Find(candidate) is { } destination)
            {
                return destination;
            }
        }

        return null;
    }

    private DestinationState? Find(string id)
    {
        foreach (var destination in route.AllDestinations)
        {
            if (destination.DestinationId.Equals(id, StringComparison.OrdinalIgnoreCase))
            {
                return destination;
            }
        }

        return null;
    }

    private void Keep(HttpResponseMessage? response, DestinationState destination)
    {
        if (response is not null && _firstAnswer is null)
        {
            _firstAnswer = (response, destination);
        }
        else
        {
            response?.Dispose();
        }
    }

    private HttpResponseMessage Finish(HttpResponseMessage? response, Exception? error, AttemptStep step, DestinationState destination)
    {
        AnsweredBadly = step != AttemptStep.Answer;
        if (AnsweredBadly && _firstAnswer is { } first)
        {
            response?.Dispose();
            (response, destination) = first;
        }
        else
        {
            _firstAnswer?.Response.Dispose();
        }

        route.ProxiedDestination = destination;
        if (pool.Setup.Options.Attempts.ResponseHeaders)
        {
            FailoverHeaders.Tell(context.Response, destination.DestinationId, Made);
        }

        if (response is null)
        {
            ExceptionDispatchInfo.Throw(error!);
        }

        return response;
    }

    private sealed class Unused : HttpMessageHandler
    {
        public static readonly Unused Instance = new();

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("The invoker sends through the pool's own client.");
    }
}
