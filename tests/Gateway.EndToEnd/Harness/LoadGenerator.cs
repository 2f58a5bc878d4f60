using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Gateway.EndToEnd.Harness;

/// <summary>
/// Clients that come at a fixed rate whether or not the ones before were served (an open loop): a hang makes no request less. Every request has an
/// id of its own and exactly one end, a status or an exception; latency counts from the moment at which the request was due.
/// </summary>
internal sealed class LoadGenerator : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);

    private readonly HttpClient _http;
    private readonly HttpMethod _method;
    private readonly string _path;
    private readonly string _prefix = Guid.NewGuid().ToString("N")[..8];
    private readonly ConcurrentDictionary<string, Ending> _endings = new();
    private readonly ConcurrentDictionary<string, long> _answers = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private long _sent;
    private long _longest;

    private LoadGenerator(Uri url, int perSecond, HttpMethod method, string path)
    {
        (_method, _path) = (method, path);
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { BaseAddress = url, Timeout = TimeSpan.FromSeconds(30) };
        _loop = Task.Run(() => RunAsync(perSecond));
    }

    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>How every request ended, by its id.</summary>
    public IReadOnlyDictionary<string, Ending> Endings => _endings;

    public TimeSpan Longest => TimeSpan.FromTicks(Interlocked.Read(ref _longest));

    /// <summary>How many of each: <c>200</c>, <c>502</c>, or the name of an exception.</summary>
    public IReadOnlyDictionary<string, int> Counts => _endings.Values.GroupBy(ending => ending.Name).ToDictionary(group => group.Key, group => group.Count());

    public static LoadGenerator Start(Uri url, int perSecond, HttpMethod method, string path = "api/data") => new(url, perSecond, method, path);

    public static LoadGenerator Gets(GatewayProcess gateway, int perSecond = 200) => Start(gateway.Url, perSecond, HttpMethod.Get);

    /// <summary>How many good answers came from a backend so far.</summary>
    public long AnsweredBy(string backend) => _answers.GetValueOrDefault(backend);

    /// <summary>Waits until a backend has given so many more good answers than it had.</summary>
    public Task AnswersComeFromAsync(string backend, int more = 20, TimeSpan? within = null)
    {
        var before = AnsweredBy(backend);
        return Eventually.TrueAsync($"{more} more answers from {backend}", () => AnsweredBy(backend) >= before + more, within);
    }

    /// <summary>Sends no more and waits until every request has ended.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await Eventually.TrueAsync("every request has ended", () => _endings.Count == Sent, TimeSpan.FromSeconds(40));
    }

    /// <summary>Every request that was sent was answered with 200.</summary>
    public void AssertNothingFailed() =>
        Assert.True(Sent > 0 && Counts.Keys.All(name => name == "200"), $"{Sent} sent, longest {Longest.TotalMilliseconds:0} ms: {Show()}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _http.Dispose();
    }

    private string Show() => string.Join(", ", Counts.Select(count => $"{count.Value} × {count.Key}"))
        + string.Concat(_endings.Values.Where(ending => ending.Status != 200).Take(5).Select(ending => $"\n  {ending.Text}"));

    private async Task RunAsync(int perSecond)
    {
        using var timer = new PeriodicTimer(Tick);
        var started = Stopwatch.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            for (var due = (long)(Stopwatch.GetElapsedTime(started).TotalSeconds * perSecond); _sent < due;)
            {
                var id = $"{_prefix}-{Interlocked.Increment(ref _sent)}";
                _ = SendAsync(id, started + (long)(_sent * Stopwatch.Frequency / (double)perSecond));
            }

            await timer.WaitForNextTickAsync();
        }
    }

    private async Task SendAsync(string id, long due)
    {
        using var request = new HttpRequestMessage(_method, _path);
        request.Headers.Add("X-Request-Id", id);
        Ending ending;
        try
        {
            using var response = await _http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            var by = response.Headers.TryGetValues("X-Failover-Backend", out var names) ? names.Single() : "nobody";
            var outcome = response.Headers.TryGetValues("X-Failover-Outcome", out var outcomes) ? outcomes.Single() : null;
            ending = new Ending((int)response.StatusCode, by, outcome, text);
            if (response.IsSuccessStatusCode)
            {
                _answers.AddOrUpdate(by, 1, (_, count) => count + 1);
            }
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            ending = new Ending(0, "nobody", Outcome: null, $"{e.GetType().Name}: {e.Message}");
        }

        Note(Stopwatch.GetElapsedTime(due).Ticks);
        _endings[id] = ending;
    }

    private void Note(long took)
    {
        for (var longest = Interlocked.Read(ref _longest); took > longest;)
        {
            longest = Interlocked.CompareExchange(ref _longest, took, longest) is var seen && seen == longest ? took : seen;
        }
    }

    /// <param name="Status">0 when there was no answer.</param>
    internal sealed record Ending(int Status, string By, string? Outcome, string Text)
    {
        public string Name => Status == 0 ? Text.Split(':')[0] : Status.ToString(CultureInfo.InvariantCulture);
    }
}
