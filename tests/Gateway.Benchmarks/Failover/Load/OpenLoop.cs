using System.Diagnostics;
using System.Net.Sockets;
using Gateway.Benchmarks.Roles.Faulty;
using Gateway.Benchmarks.Wire;

namespace Gateway.Benchmarks.Failover.Load;

/// <summary>
/// Clients that come on a fixed schedule whether or not the ones before were served. Latency counts from the moment at which a request was
/// due, so that neither a slow proxy nor a late generator makes it look better.
/// </summary>
internal sealed class OpenLoop
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Connections _connections;
    private readonly LoadPlan _load;
    private readonly int _port;
    private readonly Task<Ending>[] _endings;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _paced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _sent;

    private OpenLoop(Connections connections, int port, LoadPlan load)
    {
        (_connections, _port, _load) = (connections, port, load);
        _endings = new Task<Ending>[(int)(load.Rate * load.Length.TotalSeconds)];
        // A thread of its own: the schedule must not wait for the pool that serves it.
        new Thread(Pace) { IsBackground = true, Name = "schedule" }.Start();
    }

    /// <summary>The clock of all times in the endings.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    public static OpenLoop Start(Connections connections, int port, LoadPlan load) => new(connections, port, load);

    /// <summary>The last requests that were sent, as far as they have ended.</summary>
    public IReadOnlyList<Ending> Latest(int count)
    {
        var sent = Volatile.Read(ref _sent);
        return [.. _endings[Math.Max(0, sent - count)..sent].Where(ending => ending.IsCompletedSuccessfully).Select(ending => ending.Result)];
    }

    /// <summary>Sends no more than it has.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>Waits until every request has ended.</summary>
    public async Task<IReadOnlyList<Ending>> EndAsync()
    {
        await _paced.Task;
        return await Task.WhenAll(_endings.Take(_sent));
    }

    private void Pace()
    {
        while (_sent < _endings.Length && !_stop.IsCancellationRequested)
        {
            var due = TimeSpan.FromSeconds(_sent / (double)_load.Rate);
            var early = due - Elapsed;
            if (early > TimeSpan.Zero)
            {
                _stop.Token.WaitHandle.WaitOne((int)Math.Ceiling(early.TotalMilliseconds));
                continue;
            }

            _endings[_sent] = SendAsync(new Request(_load.Prefix, _sent, _load.IsPost(_sent)), due);
            Volatile.Write(ref _sent, _sent + 1);
        }

        _paced.SetResult();
    }

    private async Task<Ending> SendAsync(Request request, TimeSpan due)
    {
        using var patience = new CancellationTokenSource(Patience);
        var sent = Elapsed;
        Ending End(Failure failure, Message? answer = null) =>
            new(request, due, sent, Elapsed, failure, answer?.Status ?? 0, answer?.Header(Answers.ServedBy));
        try
        {
            var answer = await _connections.ExchangeAsync(request.Bytes(_port), patience.Token);
            return End(Judge(request, answer), answer);
        }
        catch (SocketException)
        {
            return End(Failure.Broken);
        }
        catch (OperationCanceledException)
        {
            return End(Failure.TimedOut);
        }
    }

    private static Failure Judge(Request request, Message? answer)
    {
        if (answer is null)
        {
            return Failure.Broken;
        }

        if (answer.Status is < 200 or > 299)
        {
            return Failure.Status;
        }

        var expected = request.Expected;
        if (answer.Complete && !answer.Body.AsSpan().SequenceEqual(expected))
        {
            return expected.AsSpan().StartsWith(answer.Body) ? Failure.Short : Failure.Wrong;
        }

        return answer.Complete ? Failure.None : Failure.Broken;
    }
}
