using System.Net.Http;
using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Failover.Attempts.Resumption;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;
using Gateway.Failover.Proxying;
using Yarp.ReverseProxy.Model;

namespace Gateway.Failover.Attempts;

/// <summary>What happens after the first byte: an answer that breaks off is continued elsewhere, where its route allows that and it can be.</summary>
internal sealed partial class AttemptInvoker
{
    private EventResumingStream? _continuing;
    private bool _isLeaving;

    /// <summary>
    /// The pool has left the backend of this stream. One that can be continued elsewhere is, if its backend is down or the pool wants no stream to
    /// stay; any other is closed if the pool wants that.
    /// </summary>
    public void LeaveStream(bool isDown, StreamPolicy policy)
    {
        if (_continuing is { } continuing && (isDown || policy == StreamPolicy.Close))
        {
            // The read under way fails, which is how the stream learns that its backend is gone. Of one that is well nobody says that it broke off.
            _isLeaving = true;
            continuing.Leave();
        }
        else if (policy == StreamPolicy.Close)
        {
            CloseStream();
        }
    }

    /// <summary>The answer broke off before any of it was passed on, so that the client can still be told.</summary>
    public void NoteBrokenOff()
    {
        Failing().NoteBrokenOff();
        OutcomeUnknown = _method != RequestMethod.Safe;
    }

    private void MakeResumable(HttpResponseMessage response)
    {
        if (EventResumption.Applies(_request, response))
        {
            _continuing = new EventResumingStream(
                response.Content.ReadAsStream(CancellationToken.None),
                (id, cancel) => ReopenAsync(() => EventResumption.Continue(_request, id), EventResumption.Accepts, ResumptionKind.Events, cancel));
            response.Content = new ResumingContent(response.Content, _continuing);
        }
        else if (DownloadResumption.Of(_request, response) is { } download)
        {
            response.Content = new ResumingContent(response.Content, new ResumingStream(
                response.Content.ReadAsStream(CancellationToken.None), download.Total, pool.Setup.Options.Attempts.IdleTimeout, services.Clock.Time,
                (position, cancel) => ReopenAsync(
                    () => download.Continue(_request, position), answer => download.Accepts(answer, position), ResumptionKind.Download, cancel)));
        }
    }

    /// <summary>The rest of the answer, from whoever has it: another backend first, and the one that broke off when there is no other.</summary>
    private async Task<Stream?> ReopenAsync(
        Func<HttpRequestMessage> ask, Func<HttpResponseMessage, bool> accepts, ResumptionKind kind, CancellationToken cancel)
    {
        // Whoever is streaming now, which after a first resumption is not the backend that began the answer.
        var left = Current?.Id ?? _destination.DestinationId;
        BrokeOff();
        var tried = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase) { [left] = 0 };
        Stream? stream = null;
        var again = false;
        for (var attempt = 0; attempt < pool.Setup.Options.Attempts.Max && stream is null; attempt++)
        {
            var seen = pool.Attempts.Hold.Releases;
            var next = Candidates.Next(pool, route, _method, tried) ?? (again ? null : Candidates.Next(pool, route, _method, tried: null));
            if (next is null)
            {
                if (!await SomebodyComesAsync(seen, cancel))
                {
                    break;
                }

                tried.Clear();
                again = false;
                continue;
            }

            // Once only, and then not before a sign of life: who has just died would be asked for ever in the same moment.
            again |= !tried.TryAdd(next.DestinationId, 0);
            stream = await AskAsync(next, ask(), accepts, cancel);
        }

        pool.Attempts.CountResumption(kind, stream is not null);
        return stream;
    }

    /// <summary>The backend has failed in mid-answer, which counts, and is no longer the one that the client is served by.</summary>
    private void BrokeOff()
    {
        if (Current is { } left && _isLeaving)
        {
            left.Count(AttemptEnd.Cut);
        }
        else if (Current is { } backend)
        {
            backend.Count(AttemptEnd.Broken);
            services.Inbox.AttemptFailed(pool, backend, new Fault(FaultKind.Broken, "answer broke off"), backend.AddToStreak(), _isTrial);
            Failing().Because(RescueReason.BrokeOff);
        }

        _isLeaving = false;
        Occupy(backend: null);
    }

    private async Task<Stream?> AskAsync(DestinationState next, HttpRequestMessage message, Func<HttpResponseMessage, bool> accepts, CancellationToken cancel)
    {
        var options = pool.Setup.Options.Attempts;
        RequestShape.Retarget(message, _destination, next, pool.View);
        var backend = pool.Members.GetValueOrDefault(next.DestinationId);
        Occupy(backend);
        using var patience = new CancellationTokenSource(options.Timeout, services.Clock.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            var client = backend is null ? null : services.Clients.Of(backend, route.Cluster);
            var answer = await (client?.SendAsync(message, either.Token) ?? route.Cluster.HttpClient.SendAsync(message, either.Token));
            if (accepts(answer))
            {
                Made++;
                return await answer.Content.ReadAsStreamAsync(cancel);
            }

            // Not the same thing any more: no failure of this backend.
            backend?.Count(AttemptEnd.Lost);
            answer.Dispose();
        }
        catch (Exception e) when ((Faults.IsTransports(e) || e is ObjectDisposedException) && !cancel.IsCancellationRequested)
        {
            backend?.Count(AttemptEnd.Broken);
        }

        Occupy(backend: null);
        return null;
    }

    private async Task<bool> SomebodyComesAsync(long seen, CancellationToken cancel)
    {
        var (hold, options) = (pool.Attempts.Hold, pool.Setup.Options.Hold);
        if (hold.TryJoin(options.Max, seen) is not { } place)
        {
            return false;
        }

        try
        {
            return await place.Task.WaitAsync(options.Timeout, services.Clock.Time, cancel);
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            hold.Leave(place);
        }
    }
}
