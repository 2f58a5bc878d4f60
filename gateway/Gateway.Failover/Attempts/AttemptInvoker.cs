using System.Net.Http;
using System.Runtime.ExceptionServices;
using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Failover.Attempts.Replay;
using Gateway.Failover.Attempts.Upstream;
using Gateway.Failover.Engine;
using Gateway.Failover.Proxying;
using Yarp.ReverseProxy.Model;

namespace Gateway.Failover.Attempts;

/// <summary>
/// What YARP's forwarder sends one client's request with. YARP has made the request and run its transforms; this decides at which backend it
/// is tried, again and again if need be, and hands the one answer back that the client shall get. Made per request.
/// </summary>
/// <remarks>
/// The request goes from attempt to attempt in <see cref="SendAsync"/>; what happens to an attempt from outside, while it is silent, is the watch's
/// doing and stands in the other half of this class. The two meet in one word, see <see cref="AttemptPhase"/>.
/// </remarks>
internal sealed partial class AttemptInvoker(
    HttpContext context, IReverseProxyFeature route, Pool pool, PoolView view, AttemptServices services, long arrived)
    : HttpMessageInvoker(Unused.Instance, disposeHandler: false)
{
    /// <summary>How many looks apart the end of all backends is told from a request that breaks every one of them.</summary>
    private const int LooksForOutage = 4;

    private readonly RouteWatch _route = pool.Attempts.RouteOf(route.Route.Config.RouteId, pool.Setup);
    private RequestMethod _method;
    private SentTracking? _tracking;
    private ReplayBody? _replay;
    private bool _possiblySent;
    private bool _wasCut;
    private bool _isStream;
    private bool _isTrial;
    private Backend? _tried;
    private bool _isPaid;

    // Of the attempt under way.
    private HttpRequestMessage _request = null!;
    private CancellationToken _cancelled;
    private DestinationState _destination = null!;
    private BackendClient? _client;
    private AttemptCancellation _cancellation = null!;
    private Task<HttpResponseMessage>? _adopted;
    private Lane? _lane;
    private long _began;

    // Null as long as all goes well, which for most requests is always.
    private Failures? _failures;

    /// <summary>How many attempts were made, hedges included.</summary>
    public int Made { get; private set; }

    /// <summary>The request was not answered, has an effect, and may have reached a backend.</summary>
    public bool OutcomeUnknown { get; private set; }

    /// <summary>What went wrong, if anything did.</summary>
    public Failures? Failures => _failures;

    /// <summary>The backend of the attempt under way, or of the one whose answer the client gets.</summary>
    public Backend? Current { get; private set; }

    /// <summary>The attempt under way, or the one whose answer the client gets, is a trial of a backend that was ejected.</summary>
    public bool IsTrial => _isTrial;

    /// <summary>The answer that the client gets came late, though it is a good one.</summary>
    public bool IsSlow { get; private set; }

    /// <summary>The answer that the client gets has a status that counts as a failure.</summary>
    public bool AnsweredBadly { get; private set; }

    /// <summary>Open for as long as client and backend please: how long it took says nothing about a wait.</summary>
    public bool IsStream => _isStream;

    public override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Prepare(request, cancellationToken);
        services.Watch.Add(this);
        try
        {
            // The first attempt stands here by itself: what nearly every request needs shall not carry along what hardly any does.
            var begun = Begin(FirstChoice());
            HttpResponseMessage? response = null;
            Exception? error = null;
            try
            {
                if (begun)
                {
                    response = await Send();
                }
            }
            catch (Exception e) when (IsTransports(e))
            {
                // The backend's failure; what is to be done about it is decided below.
                error = e;
            }

            var phase = begun ? End() : AttemptPhase.Idle;
            return response is not null && phase == AttemptPhase.Waiting && IsGood(response)
                ? Finish(response, error: null, Judge(response))
                : await GoOnAsync(response, error, phase);
        }
        finally
        {
            services.Watch.Remove(this);
            if (AttemptWord.Phase(Volatile.Read(ref _word)) != AttemptPhase.Idle)
            {
                // It went out by an exception that is not the backend's; nobody looks after the attempt any more.
                _ = End();
            }
        }
    }

    /// <summary>From attempt to attempt, until there is an answer or nothing more to try.</summary>
    /// <param name="phase">How the attempt ended; idle if there was nobody to send it to.</param>
    private async Task<HttpResponseMessage> GoOnAsync(HttpResponseMessage? response, Exception? error, AttemptPhase phase)
    {
        while (true)
        {
            var begun = false;
            if (phase == AttemptPhase.HedgeWon)
            {
                AdoptWinner(response);
                begun = true;
            }
            else if (phase != AttemptPhase.Idle)
            {
                var outcome = response is null ? Judge(error!, phase) : Judge(response);
                begun = Adopts(response, outcome, phase);
                if (!begun)
                {
                    var step = Plan(outcome, out var next);
                    if (step is not (AttemptStep.RetryElsewhere or AttemptStep.Hold) && !await IsOutageAsync(outcome))
                    {
                        return Finish(response, error, outcome);
                    }

                    await LeaveAsync(response);
                    begun = step == AttemptStep.RetryElsewhere && Begin(next);
                }
            }

            if (!begun && !await HoldAsync())
            {
                return Finish(response: null, new HttpRequestException("No backend could take the request."), AttemptOutcome.Failed);
            }

            try
            {
                (response, error) = (await (_adopted ?? Send()), null);
            }
            catch (Exception e) when (IsTransports(e))
            {
                // The backend's failure; what is to be done about it is decided at the next turn.
                (response, error) = (null, e);
            }

            phase = End();
        }
    }

    private void Prepare(HttpRequestMessage request, CancellationToken cancelled)
    {
        // Asked again by YARP, over another version of HTTP, it begins anew.
        (_request, _cancelled, Made) = (request, cancelled, 0);
        _method = RequestShape.MethodOf(request, context, _route.Options);
        _isStream = RequestShape.IsStream(request, context);
        RequestShape.Clean(request, view, services.LoopGuard);
        if (!RequestShape.NeedsContent(request, context, _method, out var hasBody))
        {
            return;
        }

        // What must not be repeated is, if an HTTP/2 backend says that it has not looked at it.
        if (hasBody && (_method != RequestMethod.Unsafe || RequestShape.MayBeRefused(request)) && request.Content is { } body)
        {
            _replay = new ReplayBody(body, pool.Setup.Options.Attempts.ReplayBytes, services.ReplayLimit);
        }
        else
        {
            request.Content = _tracking = new SentTracking(request.Content, isEmpty: !hasBody, cancelled);
        }
    }

    // YARP's load balancing has chosen; it is overruled only where that is no use or not allowed.
    private DestinationState? FirstChoice()
    {
        var chosen = _destination = route.ProxiedDestination!;
        if (view.Detours is { } detours && Elsewhere(detours, chosen) is { } other)
        {
            return other;
        }

        var id = chosen.DestinationId;
        return pool.Members.TryGetValue(id, out var backend) && !backend.Refusing && Candidates.MayGo(pool, view, id, _method)
            ? chosen
            : Candidates.Next(pool, route, _method, tried: null);
    }

    private DestinationState? Elsewhere(Detours detours, DestinationState chosen)
    {
        if (_replay is null && _tracking is null && !_isStream && Detour.Trial(pool, route, context, _method) is { } tried)
        {
            (_isTrial, _isPaid, _tried) = (true, true, tried);
            if (Candidates.Find(route, tried.Id) is { } onTrial)
            {
                return onTrial;
            }

            EndTrial();
            (_isTrial, _isPaid) = (false, false);
        }

        return Detour.Otherwise(detours, route, context, chosen.DestinationId, services.Chance, services.Clock.Now) is { } id
            && pool.Members.TryGetValue(id, out var backend) && !backend.Refusing && Candidates.MayGo(pool, view, id, _method)
            ? Candidates.Find(route, id)
            : null;
    }

    /// <summary>The trial is over; the next may begin.</summary>
    private void EndTrial()
    {
        _tried?.EndTrial();
        _tried = null;
    }

    /// <summary>Begins an attempt, if there is somebody to send it to.</summary>
    private bool Begin(DestinationState? destination)
    {
        if (destination is null)
        {
            return false;
        }

        if (!ReferenceEquals(destination, _destination) || Made > 0)
        {
            RequestShape.Retarget(_request, _destination, destination, pool.View);
            _destination = destination;
        }

        _isTrial &= Made == 0;
        _began = Made++ == 0 && _failures is null ? arrived : services.Clock.Time.GetTimestamp();
        Occupy(pool.Members.GetValueOrDefault(destination.DestinationId));
        _cancellation = AttemptCancellation.Rent();
        if (_replay is not null)
        {
            _request.Content = _replay.NewContent(_cancellation.Token);
        }

        _lane = Current is not null && _tracking is not { IsEmpty: false } && _replay is null && !_isStream && !_route.Options.Slow
            ? _route.LaneOf(Current)
            : null;
        _client = Current is null ? null : services.Clients.Of(Current, route.Cluster);
        Open();
        _adopted = null;
        return true;
    }

    private Task<HttpResponseMessage> Send() =>
        _client?.SendAsync(_request, _cancellation.Token) ?? route.Cluster.HttpClient.SendAsync(_request, _cancellation.Token);

    private void Occupy(Backend? backend)
    {
        Current?.Finish();
        Current = backend;
        Current?.Begin();
    }

    /// <summary>What is left of an attempt that another one follows.</summary>
    private async ValueTask LeaveAsync(HttpResponseMessage? response)
    {
        var failures = Failing();
        if (response is not null && failures.FirstAnswer is null)
        {
            failures.FirstAnswer = (response, _destination);
        }
        else
        {
            response?.Dispose();
        }

        _tracking?.Forget();
        if (_replay is not null)
        {
            await _replay.DetachAsync();
        }
    }

    private HttpResponseMessage Finish(HttpResponseMessage? response, Exception? error, AttemptOutcome outcome)
    {
        AnsweredBadly = outcome != AttemptOutcome.Good;
        CountHedge(outcome);
        _failures?.Settle();
        if (AnsweredBadly && _failures?.FirstAnswer is { } first)
        {
            response?.Dispose();
            (response, _destination, _failures.FirstAnswer) = (first.Response, first.From, null);
            Occupy(pool.Members.GetValueOrDefault(_destination.DestinationId));
        }
        else
        {
            // Given back now: what the client gets may stream for hours.
            _failures?.FirstAnswer?.Response.Dispose();
        }

        route.ProxiedDestination = _destination;
        if (pool.Setup.Options.Attempts.ResponseHeaders)
        {
            FailoverHeaders.Tell(context.Response, _destination.DestinationId, Made);
        }

        if (response is null)
        {
            OutcomeUnknown = outcome != AttemptOutcome.ClientLeft && _method != RequestMethod.Safe && _possiblySent;
            ExceptionDispatchInfo.Throw(error!);
        }

        // Where there is no answer YARP ends the copying of the body itself, once it has looked whose fault it was.
        _replay?.Settle();
        if (_route.Options.Resume && outcome == AttemptOutcome.Good)
        {
            MakeResumable(response);
        }

        // Many ask for a stream of events without saying so.
        _isStream |= RequestShape.IsEventStream(response);
        if (_isStream && Current is not null)
        {
            pool.Attempts.Streams.Add(this);
        }

        return response;
    }

    private BodyKind Body => (_replay, _tracking) switch
    {
        ({ CanReplay: true } or { PossiblySent: false }, _) => BodyKind.Kept,
        (not null, _) or (_, { IsEmpty: false }) => BodyKind.Streamed,
        _ => BodyKind.None,
    };

    private Failures Failing() => _failures ??= new Failures(pool, services.Inbox);

    public bool IsGood(HttpResponseMessage response) => !pool.FailureStatuses.Contains((int)response.StatusCode);

    // Its connections were dropped between the choice and the sending: nothing was sent.
    private bool IsRetirement(Exception error) => error is ObjectDisposedException && _client is { IsRetired: true };

    private bool IsTransports(Exception error) => !IsDowngrade(error) && (Faults.IsTransports(error) || IsRetirement(error));

    // YARP asked for a WebSocket over HTTP/2, which this backend does not speak. It will ask again over HTTP/1.1, and that is the same attempt.
    private static bool IsDowngrade(Exception error) =>
        error is HttpRequestException && (error.Data.Contains("SETTINGS_ENABLE_CONNECT_PROTOCOL") || error.Data.Contains("HTTP2_ENABLED"));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Current?.Finish();
            EndTrial();
            _replay?.Dispose();
            if (_isStream)
            {
                pool.Attempts.Streams.Remove(this);
            }
        }

        base.Dispose(disposing);
    }

    private sealed class Unused : HttpMessageHandler
    {
        public static readonly Unused Instance = new();

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("The invoker sends through the backend's own client.");
    }
}
