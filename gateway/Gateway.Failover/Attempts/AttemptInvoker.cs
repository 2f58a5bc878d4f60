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
/// is tried, again and again if need be, and hands the one answer back that the client shall get. Made per request.
/// </summary>
internal sealed class AttemptInvoker(HttpContext context, IReverseProxyFeature route, Pool pool, PoolView view, HttpMessageInvoker client, Inbox inbox)
    : HttpMessageInvoker(Unused.Instance, disposeHandler: false)
{
    private RequestMethod _method;
    private BodyKind _body;
    private SentTracking? _tracking;
    private bool _possiblySent;

    // Of the attempt under way.
    private DestinationState _destination = null!;

    // Null as long as all goes well, which for most requests is always.
    private Failures? _failures;

    /// <summary>How many attempts were made.</summary>
    public int Made { get; private set; }

    /// <summary>The request was not answered, has an effect, and may have reached a backend.</summary>
    public bool OutcomeUnknown { get; private set; }

    /// <summary>What went wrong last.</summary>
    public Fault? LastFault => _failures?.Last;

    /// <summary>The backend of the attempt under way, or of the one whose answer the client gets.</summary>
    public Backend? Current { get; private set; }

    /// <summary>The answer that the client gets has a status that counts as a failure.</summary>
    public bool AnsweredBadly { get; private set; }

    public override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        (_method, _body) = (RequestShape.MethodOf(request, context), RequestShape.BodyOf(context));
        _tracking = RequestShape.Prepare(request, _method, _body, view);
        _destination = route.ProxiedDestination!;
        while (true)
        {
            // Awaited here and not in a method of its own, which would have to be kept in memory, and woken up, for every request.
            var timeout = Begin(cancellationToken);
            HttpResponseMessage? response;
            Exception? error;
            try
            {
                (response, error) = (await client.SendAsync(request, timeout?.Token ?? cancellationToken), null);
            }
            catch (HttpRequestException e) when (IsDowngrade(e))
            {
                // YARP asked for a WebSocket over HTTP/2, which this backend does not speak, and will ask again over HTTP/1.1.
                Made--;
                throw;
            }
            catch (Exception e) when (Faults.IsTransports(e))
            {
                // The backend's failure; what is to be done about it is decided below.
                (response, error) = (null, e);
            }
            finally
            {
                // A body that is cut short is only a body of a request that has none; nobody holds the token any more.
                timeout?.End(reusable: true);
            }

            var outcome = response is null ? Judge(Current, error!, cancellationToken) : Judge(Current, response);
            // Content tells when it was asked for; where there is none, only an attempt that never got a connection certainly sent nothing.
            _possiblySent |= _tracking?.PossiblySent ?? (error is null || !Faults.NeverConnected(error));
            if (!MovesOn(request, response, outcome, cancellationToken))
            {
                return Finish(response, error, outcome);
            }
        }
    }

    private AttemptTimeout? Begin(CancellationToken cancel)
    {
        Made++;
        Occupy(_destination);
        var options = pool.Setup.Options.Attempts;
        return AttemptPlan.MayCutShort(_method, _body, Made, options.Max, view.Candidates.Length > Made)
            ? AttemptTimeout.Start(options.Timeout, cancel)
            : null;
    }

    private void Occupy(DestinationState destination)
    {
        Current?.Finish();
        Current = pool.Members.GetValueOrDefault(destination.DestinationId);
        Current?.Begin();
    }

    /// <summary>Whether there is another attempt, for which the request is then addressed.</summary>
    private bool MovesOn(HttpRequestMessage request, HttpResponseMessage? response, AttemptOutcome outcome, CancellationToken cancel)
    {
        var next = NextCandidate(_destination, outcome);
        var step = AttemptPlan.Next(new AttemptFacts(
            _method, _body, outcome, _possiblySent, Made, pool.Setup.Options.Attempts.Max, next is not null));
        if (step != AttemptStep.RetryElsewhere || cancel.IsCancellationRequested)
        {
            OutcomeUnknown = step == AttemptStep.GiveUp && response is null && _method != RequestMethod.Safe && _possiblySent;
            return false;
        }

        Keep(response, _destination);
        RequestShape.Retarget(request, _destination, next!, pool.View);
        _destination = next!;
        return true;
    }

    private AttemptOutcome Judge(Backend? backend, HttpResponseMessage response)
    {
        if (pool.FailureStatuses.Contains((int)response.StatusCode))
        {
            Fail(backend, AttemptEnd.Status, new Fault(FaultKind.Status, $"answered {(int)response.StatusCode}"));
            return AttemptOutcome.BadStatus;
        }

        // The view as it is now: a request that began before the verdict may be the first to be answered under it.
        if (pool.View.Awaited is { } awaited && backend is not null && awaited.IsFirst(backend.Id))
        {
            inbox.FirstAnswered(pool, awaited, view.Awaited == awaited ? awaited.AskedAt : null);
        }

        return AttemptOutcome.Good;
    }

    private AttemptOutcome Judge(Backend? backend, Exception error, CancellationToken request)
    {
        // A body that ends too early is often known before the request is.
        if (Faults.ClientLeft(context) || Faults.IsClients(error))
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
        (_failures ??= new()).Last = fault;
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

        var failures = _failures ??= new();
        failures.Tried.Add(failed.DestinationId);
        foreach (var candidate in pool.View.Candidates)
        {
            if (!failures.Tried.Contains(candidate) && Find(candidate) is { } destination)
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
        if (response is not null && _failures is { FirstAnswer: null } failures)
        {
            failures.FirstAnswer = (response, destination);
        }
        else
        {
            response?.Dispose();
        }
    }

    private HttpResponseMessage Finish(HttpResponseMessage? response, Exception? error, AttemptOutcome outcome)
    {
        var destination = _destination;
        AnsweredBadly = outcome != AttemptOutcome.Good;
        if (AnsweredBadly && _failures?.FirstAnswer is { } first)
        {
            response?.Dispose();
            (response, destination, _failures.FirstAnswer) = (first.Response, first.From, null);
            Occupy(destination);
        }
        else
        {
            // Given back now: what the client gets may stream for hours.
            _failures?.FirstAnswer?.Response.Dispose();
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

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Current?.Finish();
            _failures?.FirstAnswer?.Response.Dispose();
        }

        base.Dispose(disposing);
    }

    // What SocketsHttpHandler says to who tried an HTTP/2 extension; YARP looks for the same.
    private static bool IsDowngrade(HttpRequestException error) =>
        error.Data.Contains("SETTINGS_ENABLE_CONNECT_PROTOCOL") || error.Data.Contains("HTTP2_ENABLED");

    /// <summary>What a request carries along once an attempt has failed.</summary>
    private sealed class Failures
    {
        public HashSet<string> Tried { get; } = new(StringComparer.OrdinalIgnoreCase);

        public Fault? Last { get; set; }

        // What the client gets if nobody does better; later bad answers are thrown away.
        public (HttpResponseMessage Response, DestinationState From)? FirstAnswer { get; set; }
    }

    private sealed class Unused : HttpMessageHandler
    {
        public static readonly Unused Instance = new();

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("The invoker sends through the pool's own client.");
    }
}
