using System.Net.Http;
using Gateway.Failover.Attempts.Upstream;
using Gateway.Failover.Engine;
using Yarp.ReverseProxy.Model;

namespace Gateway.Failover.Attempts;

/// <summary>
/// A second attempt that runs while the first is still silent. It belongs to nobody until the request either adopts it, as its current attempt, or
/// lets it lose; what it then still receives is thrown away.
/// </summary>
internal sealed class Hedge(
    AttemptInvoker request, BackendClient client, HttpRequestMessage message, DestinationState destination, Backend backend, Lane lane, long began,
    int beside, AttemptCancellation rival) : IThreadPoolWorkItem
{
    private const int Running = 0;
    private const int Ended = 1;
    private const int Lost = 2;

    private readonly TaskCompletionSource<HttpResponseMessage> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _fate;

    public DestinationState Destination => destination;

    public Backend Backend => backend;

    public Lane Lane => lane;

    public BackendClient Client => client;

    public long Began => began;

    /// <summary>The number of the attempt beside which it runs, and what cancels that one.</summary>
    public int Beside => beside;

    public AttemptCancellation Rival => rival;

    public AttemptCancellation Cancellation { get; } = new();

    /// <summary>What came of it, for whoever adopts it.</summary>
    public Task<HttpResponseMessage> Answer => _end.Task;

    public void Execute() => _ = SendAsync();

    /// <summary>The request has its answer.</summary>
    public void Lose()
    {
        if (Interlocked.Exchange(ref _fate, Lost) == Ended)
        {
            Forget();
        }
        else
        {
            Cancellation.Cancel();
        }
    }

    private async Task SendAsync()
    {
        try
        {
            var response = await client.SendAsync(message, Cancellation.Token);
            _end.TrySetResult(response);
        }
        catch (Exception e)
        {
            // Whatever it is, whoever adopts the hedge has to hear of it, or would wait for ever.
            _end.TrySetException(e);
        }

        if (Interlocked.CompareExchange(ref _fate, Ended, Running) == Lost)
        {
            Forget();
        }
        else if (_end.Task.IsCompletedSuccessfully && request.IsGood(_end.Task.Result))
        {
            request.HedgeAnswered(this);
        }
    }

    private void Forget()
    {
        backend.Count(AttemptEnd.Lost);
        backend.Finish();
        if (_end.Task.IsCompletedSuccessfully)
        {
            _end.Task.Result.Dispose();
        }
        else
        {
            // Seen, so that nobody is told of an exception that nobody waited for.
            _ = _end.Task.Exception;
        }
    }
}
